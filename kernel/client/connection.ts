import { randomUUID } from 'node:crypto';
import { createServer } from 'node:net';
import type { Connection } from '../wire/message.ts';

/** A connection on this machine alone, with a key of its own. */
export async function newConnection(): Promise<Connection> {
  const ports = await freePorts(5);
  const [shell_port = 0, iopub_port = 0, stdin_port = 0, control_port = 0, hb_port = 0] = ports;
  return {
    transport: 'tcp',
    ip: '127.0.0.1',
    key: randomUUID(),
    signature_scheme: 'hmac-sha256',
    shell_port,
    iopub_port,
    stdin_port,
    control_port,
    hb_port,
  };
}

/** Ports that were free a moment ago, all held at once so that they differ. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(0, '127.0.0.1', resolve);
      });
      return server;
    }),
  );
  return await Promise.all(
    servers.map(async (server) => {
      const address = server.address();
      await new Promise<void>((resolve) => void server.close(() => resolve()));
      if (address === null || typeof address === 'string') throw new Error('no port was free');
      return address.port;
    }),
  );
}
