import type { AddressInfo } from 'node:net';
import type { Server, ServerResponse } from 'node:http';
import { createAdaptorServer, type HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { Embedder } from '../embedding/embedder.ts';
import { TransformersEmbedder } from '../embedding/transformers-embedder.ts';
import { checkInteger } from '../iter/checks.ts';
import { completeChat, streamChat } from './chat.ts';
import { embedTexts } from './embeddings.ts';
import type { Engine } from './engine.ts';
import { ExtractiveEngine } from './extractive-engine.ts';
import { checkPace, type PaceOptions } from './pace.ts';
import { RequestLog, type RequestRecord } from './request-log.ts';
import { WireError, readChatRequest, readEmbeddingInput, readFields, readModel } from './wire.ts';

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

interface Environment {
  Bindings: HttpBindings;
  Variables: { record: RequestRecord; signal: AbortSignal };
}

/**
 * Starts an OpenAI-compatible server: `/v1/models`, `/v1/chat/completions`, `/v1/embeddings`, and `/v1/_requests`, which
 * tells what became of each request. An answer is worked on only while its client is there.
 *
 * @throws RangeError for an option out of its range.
 * @throws the system's error if the port is taken (`EADDRINUSE`).
 */
export async function startEndpoint(options: EndpointOptions = {}): Promise<Endpoint> {
  const { port = 0, host = '127.0.0.1', maxBodyBytes = 8 * 1024 * 1024, signal } = options;
  checkInteger('port', port, 0, 65_535);
  checkInteger('maxBodyBytes', maxBodyBytes, 1);
  checkPace(options);
  const embedder = options.embedder ?? (await TransformersEmbedder.load({ signal }));
  // A model's first run is slower than all that follow; the first answer should not pay for it.
  await Array.fromAsync(embedder.embed(['Ready to answer.'], { signal }));
  const engine = options.engine ?? new ExtractiveEngine(embedder);
  const app = createApp({ ...options, host, maxBodyBytes }, embedder, engine);
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

function createApp(
  {
    apiKeys = [],
    host,
    maxBodyBytes,
    ...paceOptions
  }: EndpointOptions & { host: string; maxBodyBytes: number },
  embedder: Embedder,
  engine: Engine,
): Hono<Environment> {
  const app = new Hono<Environment>();
  const log = new RequestLog();
  const models = [engine.model, embedder.model].map((id) => ({
    id,
    object: 'model',
    created: 0,
    owned_by: 'streaming-rag',
  }));
  const checkModelName = (model: string, offered: string) => {
    if (model !== offered) {
      throw new WireError(404, `The model '${model}' does not exist here; '${offered}' does.`, {
        param: 'model',
        code: 'model_not_found',
      });
    }
  };

  app.use(async (context, next) => {
    const { incoming, outgoing } = context.env;
    // A page in the user's browser may send requests here under a name of its own; a local client names the machine.
    if (isLoopback(host) && !isLoopback(nameOf(incoming.headers.host))) {
      throw new WireError(403, 'This server answers only requests to 127.0.0.1 or localhost.');
    }
    if (context.req.path === '/v1/_requests') return next();
    const gone = new AbortController();
    const record = log.start(context.req.method, context.req.path);
    outgoing.once('close', () => {
      if (outgoing.writableFinished) {
        record.end(outgoing.statusCode < 400 ? 'finished' : outgoing.statusCode < 500 ? 'refused' : 'failed');
        return;
      }
      record.end('cancelled');
      gone.abort(new DOMException('The client has gone', 'AbortError'));
    });
    context.set('record', record);
    context.set('signal', gone.signal);
    const [scheme, key = ''] = (incoming.headers.authorization ?? '').split(' ');
    if (apiKeys.length > 0 && (scheme?.toLowerCase() !== 'bearer' || !apiKeys.includes(key))) {
      throw new WireError(401, 'The API key is missing or not valid here.', { code: 'invalid_api_key' });
    }
    return next();
  });
  app.use(
    bodyLimit({
      maxSize: maxBodyBytes,
      onError: () => {
        throw new WireError(413, `The body is longer than ${maxBodyBytes} bytes.`);
      },
    }),
  );

  app.get('/v1/models', (context) => context.json({ object: 'list', data: models }));
  app.get('/v1/models/:id', (context) => {
    const model = models.find(({ id }) => id === context.req.param('id'));
    if (model === undefined) checkModelName(context.req.param('id'), engine.model);
    return context.json(model);
  });
  app.get('/v1/_requests', (context) => context.json(log.snapshot()));
  app.post('/v1/chat/completions', async (context) => {
    const request = readChatRequest(readFields(await context.req.text()));
    checkModelName(request.model, engine.model);
    const chat = { engine, pace: paceOptions, record: context.get('record'), signal: context.get('signal') };
    if (!request.stream) return context.json(await completeChat(request, chat));
    await stream(context.env.outgoing, (outgoing) => streamChat(request, chat, outgoing));
    return RESPONSE_ALREADY_SENT;
  });
  app.post('/v1/embeddings', async (context) => {
    const fields = readFields(await context.req.text());
    const input = readEmbeddingInput(fields);
    checkModelName(readModel(fields), embedder.model);
    return context.json(await embedTexts(embedder, input, context.get('signal')));
  });

  app.notFound((context) => {
    const error = new WireError(404, `There is no ${context.req.method} ${context.req.path} here.`, {
      code: 'unknown_url',
    });
    return context.json(error.body, 404);
  });
  app.onError((error, context) => {
    if (error instanceof WireError) return context.json(error.body, error.status);
    if (context.get('signal')?.aborted) return RESPONSE_ALREADY_SENT;
    const failure = new WireError(500, 'The server failed.', { type: 'server_error' });
    console.error(error);
    return context.json(failure.body, 500);
  });
  return app;
}

/** Runs a handler that writes by itself; a client that left is no error, and a failure in mid-stream is an event. */
async function stream(outgoing: ServerResponse, work: (outgoing: ServerResponse) => Promise<void>) {
  try {
    await work(outgoing);
  } catch (error) {
    if (outgoing.destroyed) return;
    if (!outgoing.headersSent) throw error;
    const failure = new WireError(500, 'The server failed in the middle of its answer.', {
      type: 'server_error',
    });
    outgoing.end(`data: ${JSON.stringify(failure.body)}\n\n`);
    console.error(error);
  }
}

const isLoopback = (name: string) => /^(?:localhost|127(?:\.\d{1,3}){3}|\[?::1\]?)$/iu.test(name);
const nameOf = (hostHeader = '') => hostHeader.replace(/:\d+$/u, '');
