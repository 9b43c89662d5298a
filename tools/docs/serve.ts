import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { extname, join, normalize, sep } from 'node:path';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.xml': 'application/xml',
  '.txt': 'text/plain; charset=utf-8',
};

/** Serves a folder on the loopback interface; what is not there gets the folder's `404.html`. */
export async function serveFolder(folder: string, port = 0): Promise<{ url: string; server: Server }> {
  const server = createServer((request, response) => {
    void answer(folder, request.url ?? '/').then(({ status, type, body }) => {
      response.writeHead(status, {
        'content-type': type,
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
      });
      response.end(request.method === 'HEAD' ? undefined : body);
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port');
  return { url: `http://127.0.0.1:${address.port}/`, server };
}

async function answer(
  folder: string,
  url: string,
): Promise<{ status: number; type: string; body: Buffer | string }> {
  const path = pathOf(folder, url);
  if (path !== undefined) {
    try {
      return {
        status: 200,
        type: types[extname(path)] ?? 'application/octet-stream',
        body: await readFile(path),
      };
    } catch {
      // Not there: answered below.
    }
  }
  const page = await readFile(join(folder, '404.html')).catch(() => 'There is no page at this address.');
  // The page's links are relative to the top, and the address may lie deeper.
  const body = page.toString().replace(/ (href|src|data-root)="(?!https?:|#|\/)([^"]*)"/g, ' $1="/$2"');
  return { status: 404, type: types['.html']!, body };
}

/** The file that an address names, never outside of the folder. */
function pathOf(folder: string, url: string): string | undefined {
  try {
    const path = decodeURIComponent(new URL(url, 'http://localhost').pathname);
    const file = normalize(join(folder, path.endsWith('/') ? `${path}index.html` : path));
    return file.startsWith(normalize(folder) + sep) ? file : undefined;
  } catch {
    return undefined;
  }
}
