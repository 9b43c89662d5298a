import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ask, eventsOf } from '../service/http/shared.ts';
import { temporaryFolder } from '../service/shared.ts';
import { startTool } from './run-tool.ts';

async function setUp() {
  const root = await temporaryFolder();
  const folder = join(root, 'docs');
  await mkdir(folder);
  await writeFile(join(folder, 'bridge.md'), 'The old bridge was built in 1874. It carries two lanes.');
  return {
    folder,
    serve: (args: readonly string[], more: Record<string, string> = {}) =>
      startTool('serve', args, { STREAMING_RAG_CACHE: join(root, 'cache'), ...more }),
  };
}

describe('npm run serve', () => {
  it('serves a folder, and ends cleanly on SIGTERM', async () => {
    const { folder, serve } = await setUp();
    const run = serve([folder, '--port', '0']);
    await run.until((stdout) => stdout.includes('\n'));
    const url = /http:\/\/[\d.]+:\d+/u.exec(run.stdout)![0];
    const events = await eventsOf(await ask(url, { question: 'When was the old bridge built?' }));
    expect(events.at(-1)!.data).toMatchObject({
      type: 'done',
      text: 'The old bridge was built in 1874. [1]',
    });
    expect(await (await fetch(url)).text()).toContain('Ask the documents');
    run.child.kill('SIGTERM');
    expect(await run.ended).toMatchObject({ code: 0, stderr: '' });
  });

  it('refuses in a sentence what it cannot serve', async () => {
    const { folder, serve } = await setUp();
    for (const [args, env, words] of [
      [[], {}, 'One folder is needed, got 0.'],
      [[join(folder, 'none')], {}, `The folder '${join(folder, 'none')}' does not exist.`],
      [[folder, '--port', 'x'], {}, "`--port` must be a number, got 'x'."],
      [[folder, '--colour'], {}, "Unknown option '--colour'"],
      [[folder, '--host', '0.0.0.0', '--port', '0'], {}, 'so a `token` is needed'],
      [
        [folder, '--port', '0'],
        { STREAMING_RAG_TOKEN: 'short' },
        '`token` must be at least 16 characters long, got 5',
      ],
    ] as const) {
      const { code, stdout, stderr } = await serve(args, env).ended;
      expect({ args, code, stdout }).toEqual({ args, code: 1, stdout: '' });
      expect(stderr).toContain(words);
      expect(stderr).not.toContain('    at ');
    }
  });
});
