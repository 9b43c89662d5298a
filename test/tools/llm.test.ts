import { describe, expect, it } from 'vitest';
import { untilRequests } from '../endpoint/shared.ts';
import { startTool } from './run-tool.ts';

const hasLine = (stdout: string) => stdout.includes('\n');

describe('npm run llm', () => {
  it('prints one line of JSON when it listens, answers, and ends cleanly on SIGTERM', async () => {
    const run = startTool('llm', []);
    await run.until(hasLine);
    const { url, model, pid } = JSON.parse(run.stdout) as { url: string; model: string; pid: number };
    expect(pid).toBe(run.child.pid);
    const models = (await (await fetch(`${url}/models`)).json()) as { data: { id: string }[] };
    expect(models.data[0]!.id).toBe(model);
    run.child.kill('SIGTERM');
    expect(await run.ended).toMatchObject({ code: 0, stderr: '' });
    await expect(fetch(`${url}/models`)).rejects.toThrow('fetch failed');
  });

  it('ends in the middle of an answer, too', async () => {
    const run = startTool('llm', ['--first-token-ms', '60000']);
    await run.until(hasLine);
    const { url, model } = JSON.parse(run.stdout) as { url: string; model: string };
    const body = JSON.stringify({ model, messages: [{ role: 'user', content: 'Why?' }], stream: true });
    const reading = fetch(`${url}/chat/completions`, { method: 'POST', body }).then((response) =>
      response.text(),
    );
    const cut = expect(reading).rejects.toThrow(TypeError);
    await untilRequests(url, ({ running }) => running === 1);
    run.child.kill('SIGTERM');
    expect((await run.ended).code).toBe(0);
    await cut;
  });

  it('ends when the process it belongs to has ended', async () => {
    const parent = startTool('llm', ['--help']);
    await parent.ended;
    const run = startTool('llm', ['--with-parent', String(parent.child.pid)]);
    expect((await run.ended).code).toBe(0);
  });

  it('says that a port is taken', async () => {
    const first = startTool('llm', []);
    await first.until(hasLine);
    const { port } = new URL((JSON.parse(first.stdout) as { url: string }).url);
    const second = startTool('llm', ['--port', port]);
    expect(await second.ended).toMatchObject({
      code: 1,
      stdout: '',
      stderr: `Port ${port} is taken. Choose another by \`--port\`, or none for a free one.\n`,
    });
  });

  for (const [args, words] of [
    [['--port', 'x'], "`--port` must be a number, got 'x'."],
    [['--port', '70000'], '`port` must be an integer from 0 to 65535, got 70000'],
    [['--tokens-per-second', '0'], '`tokensPerSecond` must be a number above 0, got 0'],
    [['--colour'], "Unknown option '--colour'"],
  ] as const) {
    it(`refuses ${args.join(' ')}`, async () => {
      const { code, stdout, stderr } = await startTool('llm', args).ended;
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toContain(words);
      expect(stderr).not.toContain('    at ');
    });
  }
});
