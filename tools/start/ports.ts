import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

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

/** A free port of the system's choice. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}
