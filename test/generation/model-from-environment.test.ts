import { expect, it } from 'vitest';
import { LanguageModelError } from '../../src/generation/language-model-error.ts';
import { modelFromEnvironment } from '../../src/generation/model-from-environment.ts';
import { deadUrl, rawServer } from './raw-server.ts';

it('should name no model when the environment names none, even where a key is set', async () => {
  expect(await modelFromEnvironment({})).toBeUndefined();
  expect(await modelFromEnvironment({ OPENAI_API_KEY: 'sk-x' })).toBeUndefined();
  expect(await modelFromEnvironment({ OPENAI_BASE_URL: '', OPENAI_MODEL: 'x' })).toBeUndefined();
});

it('should take the named server and model without asking', async () => {
  const model = await modelFromEnvironment({
    OPENAI_BASE_URL: 'http://127.0.0.1:9/v1',
    OPENAI_MODEL: 'qwen',
  });
  expect(model).toMatchObject({ url: 'http://127.0.0.1:9/v1', model: 'qwen' });
});

it("should mean OpenAI's own server when a key and a model are set", async () => {
  const model = await modelFromEnvironment({ OPENAI_API_KEY: 'sk-x', OPENAI_MODEL: 'gpt' });
  expect(model).toMatchObject({ url: 'https://api.openai.com/v1', model: 'gpt' });
});

it('should take the first model that the server lists', async () => {
  const server = await rawServer((response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ object: 'list', data: [{ id: 'first' }, { id: 'second' }] }));
  });
  const model = await modelFromEnvironment({ OPENAI_BASE_URL: server.url, OPENAI_API_KEY: 'k' });
  expect(model?.model).toBe('first');
  expect(server.headers[0]!.authorization).toBe('Bearer k');
});

it('should say that the server has no models, does not answer, or has no address', async () => {
  const server = await rawServer((response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end('{"object":"list","data":[]}');
  });
  await expect(modelFromEnvironment({ OPENAI_BASE_URL: server.url })).rejects.toThrow('has no model');
  await expect(modelFromEnvironment({ OPENAI_BASE_URL: deadUrl })).rejects.toThrow(LanguageModelError);
  await expect(modelFromEnvironment({ OPENAI_BASE_URL: 'here' })).rejects.toThrow(
    "OPENAI_BASE_URL must be a URL such as http://127.0.0.1:8080/v1, got 'here'",
  );
});
