import { OpenAI } from 'openai';
import { describe, expect, it } from 'vitest';
import { endpointFor, post, promptWith } from './shared.ts';

const bridge = 'The old bridge was built in 1874. It carries two lanes of traffic over the river.';
const input = promptWith('When was the old bridge built?', bridge);
const answer = 'The old bridge was built in 1874. [1]';

describe('/v1/responses', () => {
  it('answers the openai client whole', async () => {
    const { url, model } = await endpointFor();
    const client = new OpenAI({ baseURL: url, apiKey: 'any' });
    const response = await client.responses.create({ model, input, instructions: 'Be brief.' });
    expect(response).toMatchObject({
      status: 'completed',
      output_text: answer,
      usage: { output_tokens: 11 },
    });
  });

  it("streams numbered, named events that the client's own helper puts together", async () => {
    const { url, model } = await endpointFor();
    const client = new OpenAI({ baseURL: url, apiKey: 'any' });
    const stream = client.responses.stream({ model, input: [{ role: 'user', content: input }] });
    const types: string[] = [];
    const numbers: number[] = [];
    for await (const event of stream) {
      if (types.at(-1) !== event.type) types.push(event.type);
      numbers.push(event.sequence_number);
    }
    expect(types).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.content_part.added',
      'response.output_text.delta',
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.completed',
    ]);
    expect(numbers).toEqual(numbers.map((_, index) => index));
    expect((await stream.finalResponse()).output_text).toBe(answer);
  });

  it('ends as incomplete at max_output_tokens', async () => {
    const { url, model } = await endpointFor();
    const { json } = await post(`${url}/responses`, { model, input, max_output_tokens: 2 });
    expect(json).toMatchObject({ status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } });
  });

  for (const [body, param] of [
    [{ input: [] }, 'input'],
    [{ input: 3 }, 'input'],
    [{ input: [{ content: 'x' }] }, 'input[0]'],
    [{ input: 'x', stream: 1 }, 'stream'],
    [{ input: 'x', instructions: 1 }, 'instructions'],
    [{ input: 'x', previous_response_id: 'r' }, 'previous_response_id'],
    [{ input: 'x', max_output_tokens: 0 }, 'max_output_tokens'],
  ] as const) {
    it(`refuses ${JSON.stringify(body)}`, async () => {
      const { url, model } = await endpointFor();
      const { status, json } = await post(`${url}/responses`, { model, ...body });
      expect(status).toBe(400);
      expect((json.error as { param: string }).param).toBe(param);
    });
  }
});
