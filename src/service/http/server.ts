import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { checkInteger, checkNumber } from '../../iter/checks.ts';
import { type OrchestratorOptions, RagOrchestrator } from '../rag-orchestrator.ts';
import type { StreamRAGService } from '../stream-rag-service.ts';
import { createServiceApp } from './app.ts';
import { KeptAnswers } from './kept-answers.ts';
import { ServiceMetrics } from './metrics.ts';

export interface ServerOptions extends OrchestratorOptions {
  readonly service: StreamRAGService;
  /** 0 takes a free one. @default 0 */
  readonly port?: number;
  /** Where it listens; anything but a loopback address needs a `token`. @default '127.0.0.1' */
  readonly host?: string;
  /** Every request must carry it as `Authorization: Bearer`; at least 16 characters. */
  readonly token?: string;
  /** The name that chat clients ask for. @default 'streaming-rag' */
  readonly modelName?: string;
  /** Longest body, in bytes. @default 65536 */
  readonly maxBodyBytes?: number;
  /** How long a `resumable` answer waits for its reader to come back. @default 30000 */
  readonly resumeMs?: number;
  /** How long open streams may go on when the server closes. @default 10000 */
  readonly graceMs?: number;
  /** Most time for the headers, and for the whole request, to arrive. @default 10000 */
  readonly requestTimeoutMs?: number;
}

/** A service that is listening. */
export interface ServiceServer extends AsyncDisposable {
  /** Without a path. */
  readonly url: string;
  readonly port: number;
  /** Takes no more requests, lets open streams end for `graceMs`, then ends them. */
  close(): Promise<void>;
}

/**
 * Serves answers over HTTP: `POST /v1/answers` (server-sent events), an OpenAI-compatible `/v1/chat/completions`, a chat page
 * at `/`, `/healthz`, `/readyz` and `/metrics`. No other origin may read it.
 *
 * @throws RangeError for an option out of its range, or a host that others can reach without a token.
 * @throws the system's error if the port is taken (`EADDRINUSE`).
 */
export async function startServer(options: ServerOptions): Promise<ServiceServer> {
  const { service, port = 0, host = '127.0.0.1', token, modelName = 'streaming-rag' } = options;
  const { maxBodyBytes = 65_536, resumeMs = 30_000, graceMs = 10_000, requestTimeoutMs = 10_000 } = options;
  checkInteger('port', port, 0, 65_535);
  checkInteger('maxBodyBytes', maxBodyBytes, 1);
  for (const [name, value] of Object.entries({ resumeMs, graceMs, requestTimeoutMs }))
    checkNumber(name, value, 0);
  const loopbackOnly = /^(?:localhost|127\.\d+\.\d+\.\d+|::1)$/u.test(host);
  if (!loopbackOnly && token === undefined) {
    throw new RangeError(`\`host\` '${host}' can be reached from other machines, so a \`token\` is needed`);
  }
  if (token !== undefined && token.length < 16) {
    throw new RangeError(`\`token\` must be at least 16 characters long, got ${token.length}`);
  }
  const orchestrator = new RagOrchestrator(service, options);
  const metrics = new ServiceMetrics(orchestrator);
  const kept = new KeptAnswers(resumeMs);
  const closing = new AbortController();
  let isClosing = false;
  const app = createServiceApp({
    orchestrator,
    metrics,
    kept,
    modelName,
    token,
    loopbackOnly,
    maxBodyBytes,
    isReady: () => !isClosing,
    closing: closing.signal,
  });
  const server = createAdaptorServer({
    fetch: app.fetch,
    serverOptions: {
      headersTimeout: requestTimeoutMs,
      requestTimeout: requestTimeoutMs,
      // Node looks for late requests only so often.
      connectionsCheckingInterval: Math.min(1_000, Math.max(10, requestTimeoutMs / 2)),
      keepAliveTimeout: 5_000,
      maxHeaderSize: 16_384,
    },
  }) as Server;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const taken = (server.address() as AddressInfo).port;
  let closed: Promise<void> | undefined;
  const close = () =>
    (closed ??= (async () => {
      isClosing = true;
      const ended = new Promise((resolve) => server.close(resolve));
      server.closeIdleConnections();
      const late = setTimeout(() => {
        closing.abort(new DOMException('The server is closing', 'AbortError'));
        server.closeAllConnections();
      }, graceMs);
      await ended;
      clearTimeout(late);
      kept.stopAll();
    })());
  const shownHost = host.includes(':') ? `[${host}]` : host;
  return { url: `http://${shownHost}:${taken}`, port: taken, close, [Symbol.asyncDispose]: close };
}
