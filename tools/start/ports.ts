import { once } from 'node:events';
import { createServer } from 'node:net';

/** Whether a port of this machine is free. */
export async function isPortFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}

/** The first free port from `from` up; of at most `tries`. */
export async function firstFreePort(from: number, tries = 50): Promise<number | undefined> {
  for (let port = from; port < from + tries && port < 65_536; port++) if (await isPortFree(port)) return port;
  return undefined;
}
