import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { loadDocuments } from '../../src/documents/load-documents.ts';
import { encode } from './encode.ts';
import { collect } from './temporary-folder.ts';

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('URLs', () => {
  it('should load what a server gives, by its media type and charset', async () => {
    const origin = await serve((request, response) => {
      if (request.url === '/page') {
        response.setHeader('content-type', 'text/html; charset=gb18030');
        response.end(encode('<title>潮汐</title><p>海水的涨落。', 'gb18030'));
      } else {
        response.end('# Tides\n');
      }
    });
    const { documents } = await collect(loadDocuments([`${origin}/page#part`, `${origin}/notes.md`]));
    expect(documents).toMatchObject([
      { id: `${origin}/page`, text: '海水的涨落。', metadata: { title: '潮汐', mediaType: 'text/html' } },
      { id: `${origin}/notes.md`, text: '# Tides\n', metadata: { title: 'Tides' } },
    ]);
  });

  it('should give an answer that is no success as an error, and go on', async () => {
    const origin = await serve((request, response) => {
      response.statusCode = request.url === '/gone' ? 404 : request.url === '/busy' ? 503 : 200;
      response.end('text');
    });
    const { errors, ids } = await collect(
      loadDocuments([`${origin}/gone`, `${origin}/busy`, `${origin}/good`]),
    );
    expect(errors.map(({ code }) => code)).toEqual(['not-found', 'network']);
    expect(errors[1]!.message).toContain('503');
    expect(ids).toEqual([`${origin}/good`]);
  });

  it('should stop a body at the cap, and the server sees the end', async () => {
    let closed!: () => void;
    const ended = new Promise<void>((resolve) => (closed = resolve));
    const origin = await serve((_request, response) => {
      response.on('close', closed);
      const write = () => {
        while (!response.destroyed && response.write('x'.repeat(10_000)));
        if (!response.destroyed) response.once('drain', write);
      };
      write();
    });
    const { errors } = await collect(loadDocuments(`${origin}/endless`, { maxBytes: 100_000 }));
    expect(errors).toMatchObject([{ code: 'too-large' }]);
    await ended;
  });

  it('should give up a server that falls silent, and one that is not there', async () => {
    const origin = await serve((request, response) => {
      if (request.url === '/half') response.write('half');
    });
    const { errors } = await collect(
      loadDocuments([`${origin}/silent`, `${origin}/half`, 'http://127.0.0.1:9/closed'], { silenceMs: 100 }),
    );
    expect(errors.map(({ code }) => code)).toEqual(['network', 'network', 'network']);
    expect(errors[0]!.message).toContain('longer than 100 ms');
    expect(errors[2]!.message).toMatch(/ECONNREFUSED|bad port|fetch failed/);
  });

  it('should end the request when the reader leaves', async () => {
    let closed!: () => void;
    const ended = new Promise<void>((resolve) => (closed = resolve));
    let arrived!: () => void;
    const asked = new Promise<void>((resolve) => (arrived = resolve));
    const origin = await serve((_request, response) => {
      response.on('close', closed);
      arrived();
    });
    const stream = loadDocuments(`${origin}/slow`);
    const pull = stream.next();
    await asked;
    await stream.return();
    expect((await pull).done).toBe(true);
    await ended;
  });
});
