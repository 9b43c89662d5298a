import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type SetupPoint, checkSetup, timedPoint } from '../../src/workbook/setup-check.ts';

/** A checkout with a fresh build and one article in each language. */
function temporaryCheckout(): string {
  const root = mkdtempSync(join(tmpdir(), 'set-up 课程-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const folder of ['src', 'dist', 'corpus/en', 'corpus/zh'])
    mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(join(root, 'src', 'index.ts'), '');
  utimesSync(join(root, 'src', 'index.ts'), 1000, 1000);
  writeFileSync(join(root, 'dist', '.stamp'), '');
  for (const language of ['en', 'zh']) writeFileSync(join(root, 'corpus', language, 'one.md'), '# One');
  writeFileSync(join(root, 'corpus', 'questions.json'), '[{"id":"en-001"}]');
  return root;
}

async function point(name: string, root: string): Promise<SetupPoint> {
  for await (const found of checkSetup({ root })) if (found.name === name) return found;
  throw new Error(`no point ${name}`);
}

describe('the set-up check of the chapters', () => {
  it('gives out its points in order, each with its time, and loads the bundled model', async () => {
    vi.stubEnv('OPENAI_BASE_URL', '');
    vi.stubEnv('STREAMING_RAG_LLM_URL', '');
    onTestFinished(() => void vi.unstubAllEnvs());
    const points = await Array.fromAsync(checkSetup({ root: temporaryCheckout() }));
    expect(points.map(({ name, ok }) => [name, ok])).toEqual([
      ['Node', true],
      ['Library', true],
      ['Model', true],
      ['Corpus', true],
      ['Language model', true],
    ]);
    expect(points.every(({ ms }) => ms >= 0)).toBe(true);
    expect(points.find(({ name }) => name === 'Model')?.detail).toMatch(/\d+ dimensions, loaded in \d+ ms/);
  });

  it('finds a build that is missing, and sources that are newer than it', async () => {
    const root = temporaryCheckout();
    const future = Date.now() / 1000 + 60;
    utimesSync(join(root, 'src', 'index.ts'), future, future);
    expect(await point('Library', root)).toMatchObject({
      ok: false,
      level: 'wanted',
      detail: '1 file of src/ is newer than the build',
      mend: 'Run `npm run build`, then restart the kernel.',
    });
    rmSync(join(root, 'dist', '.stamp'));
    expect(await point('Library', root)).toMatchObject({
      ok: false,
      level: 'needed',
      detail: 'dist/ has no build',
    });
  });

  it.each(['corpus/zh', 'corpus/questions.json'])('finds that %s is missing', async (path) => {
    const root = temporaryCheckout();
    rmSync(join(root, path), { recursive: true });
    expect(await point('Corpus', root)).toMatchObject({ ok: false, level: 'needed' });
  });

  it.each([
    [200, true, 'the one that you named in OPENAI_BASE_URL answers'],
    [401, false, 'OPENAI_BASE_URL answers with status 401'],
  ])('asks the endpoint that the reader has named: status %i', async (status, ok, detail) => {
    const asked: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      asked.push(`${request.url} ${request.headers.authorization}`);
      response.writeHead(status).end('{}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    vi.stubEnv('OPENAI_BASE_URL', `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/`);
    vi.stubEnv('OPENAI_API_KEY', 'key');
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(await point('Language model', temporaryCheckout())).toMatchObject({ ok, detail, level: 'needed' });
    expect(asked).toEqual(['/v1/models Bearer key']);
  });

  it('says that the endpoint of `npm start` is gone, without calling the set-up broken', async () => {
    vi.stubEnv('OPENAI_BASE_URL', '');
    vi.stubEnv('STREAMING_RAG_LLM_URL', 'http://127.0.0.1:1/v1');
    onTestFinished(() => void vi.unstubAllEnvs());
    const found = await point('Language model', temporaryCheckout());
    expect(found).toMatchObject({ ok: false, level: 'wanted' });
    expect(found.detail).toContain('STREAMING_RAG_LLM_URL does not answer');
  });

  it('turns a check that throws into a point that is broken', async () => {
    const found = await timedPoint(() => {
      throw new Error('no such luck');
    }, 'Luck');
    expect(found).toMatchObject({ name: 'Luck', ok: false, level: 'needed', detail: 'no such luck' });
  });
});
