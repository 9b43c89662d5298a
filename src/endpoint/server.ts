import type { AddressInfo } from 'node:net';
import type { Server } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import type { Embedder } from '../embedding/embedder.ts';
import { TransformersEmbedder } from '../embedding/transformers-embedder.ts';
import { checkInteger } from '../iter/checks.ts';
import { createApp } from './app.ts';
import type { Engine } from './engine.ts';
import { ExtractiveEngine } from './extractive-engine.ts';
import { parseFaults } from './faults.ts';
import { checkPace, type PaceOptions } from './pace.ts';

export interface EndpointOptions extends PaceOptions {
  /** 0 takes a free one. @default 0 */
  readonly port?: number;
  /** Where it listens. @default '127.0.0.1', which other machines cannot reach */
  readonly host?: string;
  /** Keys that are accepted; with none, any key and none are. */
  readonly apiKeys?: readonly string[];
  /** For `/v1/embeddings` and for the extractive engine. Stays the caller's. @default the bundled model, loaded for this server */
  readonly embedder?: Embedder;
  /** @default the extractive engine */
  readonly engine?: Engine;
  /** Longest body, in bytes. @default 8 MiB */
  readonly maxBodyBytes?: number;
  /** Faults that every request meets, unless it names its own by the header `x-fault` or the query `fault`; see `FaultSwitchboard`. */
  readonly fault?: string;
  readonly signal?: AbortSignal | undefined;
}

/** A server that is listening. */
export interface Endpoint extends AsyncDisposable {
  /** With `/v1`: what clients call the base URL. */
  readonly url: string;
  readonly port: number;
  /** The chat model it answers as. */
  readonly model: string;
  /** Ends running answers and frees the port; repeated calls wait for the same end. */
  close(): Promise<void>;
}

/**
 * Starts an OpenAI-compatible server: `/v1/models`, `/v1/chat/completions`, `/v1/responses`, `/v1/embeddings`. An answer
 * is worked on only while its client is there. `GET /v1/_requests` tells what became of each request; `PUT /v1/_faults`
 * with `{"fault": "…"}` makes later ones fail on purpose.
 *
 * @throws RangeError for an option out of its range.
 * @throws FaultError if `fault` is not understood.
 * @throws the system's error if the port is taken (`EADDRINUSE`).
 */
export async function startEndpoint(options: EndpointOptions = {}): Promise<Endpoint> {
  const { port = 0, host = '127.0.0.1', maxBodyBytes = 8 * 1024 * 1024, signal } = options;
  checkInteger('port', port, 0, 65_535);
  checkInteger('maxBodyBytes', maxBodyBytes, 1);
  checkPace(options);
  parseFaults(options.fault ?? '');
  const embedder = options.embedder ?? (await TransformersEmbedder.load({ signal }));
  // A model's first run is slower than all that follow; the first answer should not pay for it.
  await Array.fromAsync(embedder.embed(['Ready to answer.'], { signal }));
  const engine = options.engine ?? new ExtractiveEngine(embedder);
  const refusal: { timer: NodeJS.Timeout | undefined } = { timer: undefined };
  const app = createApp({
    host,
    apiKeys: options.apiKeys ?? [],
    maxBodyBytes,
    pace: options,
    fault: options.fault ?? '',
    embedder,
    engine,
    refuseFor: (ms) => {
      if (refusal.timer !== undefined || closing !== undefined) return;
      server.close();
      server.closeAllConnections();
      refusal.timer = setTimeout(() => {
        refusal.timer = undefined;
        server.listen(taken, host);
      }, ms);
    },
  });
  const server = createAdaptorServer({ fetch: app.fetch }) as Server;
  server.requestTimeout = 60_000;
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, () => {
        server.off('error', reject);
        resolve();
      });
    });
  } catch (error) {
    if (options.embedder === undefined) await embedder[Symbol.asyncDispose]();
    throw error;
  }
  const taken = (server.address() as AddressInfo).port;
  let closing: Promise<void> | undefined;
  const close = () =>
    (closing ??= (async () => {
      clearTimeout(refusal.timer);
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      if (options.embedder === undefined) await embedder[Symbol.asyncDispose]();
    })());
  const shownHost = host.includes(':') ? `[${host}]` : host;
  return {
    url: `http://${shownHost}:${taken}/v1`,
    port: taken,
    model: engine.model,
    close,
    [Symbol.asyncDispose]: close,
  };
}
