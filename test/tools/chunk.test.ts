import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Chunk } from '../../src/chunking/chunk.ts';

const runner = fileURLToPath(new URL('../../tools/run.mjs', import.meta.url));

function start(...args: readonly string[]) {
  const child = spawn(process.execPath, [runner, 'chunk', ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  child.stdout.setEncoding('utf8');
  child.stderr.setEncoding('utf8');
  return child;
}

async function run(args: readonly string[], input = '') {
  const child = start(...args);
  child.stdin.end(input);
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (text: string) => (stdout += text));
  child.stderr.on('data', (text: string) => (stderr += text));
  const [code] = (await once(child, 'close')) as [number | null];
  const lines = stdout.split('\n').filter((line) => line !== '');
  return { code, stderr, lines };
}

const chunksOf = (lines: readonly string[]) => lines.map((line) => JSON.parse(line) as Chunk);

async function folderOf(files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'streaming-rag-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  return folder;
}

describe('npm run chunk', () => {
  it('should write the chunks of a folder as JSON Lines, name what cannot be read, and go on', async () => {
    const text = 'The sea 🌊 rises. 潮汐是海水的涨落。\n\n'.repeat(30);
    const folder = await folderOf({
      'a.md': text,
      'bad.md': Buffer.from([0xe6, 0xbd, 0x41, 0xe6, 0xb1, 0x90]),
      'c.txt': 'Last.',
    });
    const { code, stderr, lines } = await run([folder, '--size', '100', '--overlap', '10', '--json']);
    const chunks = chunksOf(lines);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^[^\n]*bad\.md'[^\n]*\n$/);
    expect(chunks.at(-1)).toMatchObject({ id: 'c.txt#0', text: 'Last.' });
    for (const chunk of chunks.slice(0, -1)) {
      expect(chunk.text).toBe(text.slice(chunk.start, chunk.end));
      expect(Buffer.from(text).subarray(chunk.startByte, chunk.endByte).toString()).toBe(chunk.text);
    }
  });

  it('should cut standard input as it comes, before its end', async () => {
    const child = start('-', '--size', '50');
    const first = once(child.stdout, 'data') as Promise<[string]>;
    // The encoding is told from the first 64 KiB.
    child.stdin.write('One sentence after the other. '.repeat(3_000));
    const [chunk] = chunksOf([(await first)[0].split('\n')[0]!]);
    expect(chunk).toMatchObject({ id: '-#0', start: 0 });
    child.stdin.end();
    child.stdout.resume();
    expect(await once(child, 'close')).toEqual([0, null]);
  });

  it('should end at once and quietly when its reader leaves', async () => {
    const child = start('-', '--size', '50');
    let stderr = '';
    child.stderr.on('data', (text: string) => (stderr += text));
    child.stdin.on('error', () => undefined);
    const feeding = setInterval(() => child.stdin.write('One sentence after the other. '.repeat(3_000)), 5);
    onTestFinished(() => clearInterval(feeding));
    await once(child.stdout, 'data');
    child.stdout.destroy();
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(stderr).toBe('');
  });

  it.each([
    [['/no/such/folder'], 1, /'\/no\/such\/folder' does not exist\n/],
    [[], 2, /A file, a folder or - is needed/],
    [['-', '--chunker', 'perfect'], 2, /`--chunker` must be one of recursive, .*got 'perfect'/],
    [['-', '--size', 'ten'], 2, /`--size` must be a whole number, got 'ten'/],
    [['-', '--size', '1'], 2, /`size` must be an integer from 2/],
    [['-', '--unknown'], 2, /Unknown option '--unknown'/],
  ])('should refuse %j with a sentence', async (args, expected, message) => {
    const { code, stderr, lines } = await run(args);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/ {4}at /);
    expect({ code, lines }).toEqual({ code: expected, lines: [] });
  });

  it('should say so when a folder holds nothing to load', async () => {
    const folder = await folderOf({});
    expect(await run([folder])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Nothing to load was found'),
    });
  });
});
