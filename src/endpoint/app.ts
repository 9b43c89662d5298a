import type { ServerResponse } from 'node:http';
import type { HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { Embedder } from '../embedding/embedder.ts';
import type { AnswerContext } from './answer.ts';
import { completeChat, streamChat } from './chat.ts';
import { embedTexts } from './embeddings.ts';
import type { Engine } from './engine.ts';
import { BrokenOnPurpose } from './event-writer.ts';
import { type Fault, FaultError, FaultSwitchboard, faultNames, parseFaults } from './faults.ts';
import { isLoopback, nameOf } from './loopback.ts';
import type { PaceOptions } from './pace.ts';
import { RequestLog, type RequestRecord } from './request-log.ts';
import { completeResponse, streamResponse } from './responses.ts';
import { meetStatusFault } from './status-faults.ts';
import {
  WireError,
  readChatRequest,
  readEmbeddingInput,
  readFields,
  readModel,
  readResponsesRequest,
} from './wire.ts';

export interface AppOptions {
  readonly host: string;
  readonly apiKeys: readonly string[];
  readonly maxBodyBytes: number;
  readonly pace: PaceOptions;
  /** Faults that every request meets which names none itself. */
  readonly fault: string;
  readonly embedder: Embedder;
  readonly engine: Engine;
  /** Stops accepting connections for so long; open ones are reset. */
  readonly refuseFor: (ms: number) => void;
}

interface Environment {
  Bindings: HttpBindings;
  Variables: { record: RequestRecord; signal: AbortSignal; faults: readonly Fault[] };
}

/** The endpoint's routes. */
export function createApp(options: AppOptions): Hono<Environment> {
  const { host, apiKeys, maxBodyBytes, embedder, engine } = options;
  const app = new Hono<Environment>();
  const log = new RequestLog();
  const board = new FaultSwitchboard();
  let standing = options.fault;

  app.use(async (context, next) => {
    const { incoming, outgoing } = context.env;
    // A page in the user's browser may send requests here under a name of its own; a local client names the machine.
    if (isLoopback(host) && !isLoopback(nameOf(incoming.headers.host))) {
      throw new WireError(403, 'This server answers only requests to 127.0.0.1 or localhost.');
    }
    if (context.req.path.startsWith('/v1/_')) return next();
    const gone = new AbortController();
    const record = log.start(context.req.method, context.req.path);
    outgoing.once('close', () => {
      if (outgoing.writableFinished) {
        record.end(outgoing.statusCode < 400 ? 'finished' : outgoing.statusCode < 500 ? 'refused' : 'failed');
        return;
      }
      // A connection that a fault has cut was no decision of the client's.
      record.end(context.get('faults')?.some(({ name }) => name.startsWith('cut')) ? 'failed' : 'cancelled');
      gone.abort(new DOMException('The client has gone', 'AbortError'));
    });
    context.set('record', record);
    context.set('signal', gone.signal);
    const named = context.req.header('x-fault') ?? context.req.query('fault') ?? standing;
    const faults = context.req.method === 'POST' ? board.next(named) : [];
    context.set('faults', faults);
    // A broken stream must not spoil the connection of the next request, nor leave an idle one behind.
    if (faults.length > 0) outgoing.setHeader('connection', 'close');
    const [scheme, key = ''] = (incoming.headers.authorization ?? '').split(' ');
    if (apiKeys.length > 0 && (scheme?.toLowerCase() !== 'bearer' || !apiKeys.includes(key))) {
      throw new WireError(401, 'The API key is missing or not valid here.', { code: 'invalid_api_key' });
    }
    if (await meetStatusFault(faults, outgoing, options.refuseFor)) return RESPONSE_ALREADY_SENT;
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

  addModels(app, [engine.model, embedder.model]);
  const contextOf = (context: Context<Environment>): AnswerContext => ({
    engine,
    pace: options.pace,
    record: context.get('record'),
    faults: context.get('faults'),
    signal: context.get('signal'),
  });
  app.post('/v1/chat/completions', async (context) => {
    const request = readChatRequest(readFields(await context.req.text()));
    checkOffered(request.model, engine.model);
    const answering = contextOf(context);
    if (!request.stream) return context.json(await completeChat(request, answering));
    return stream(context.env.outgoing, (outgoing) => streamChat(request, answering, outgoing));
  });
  app.post('/v1/responses', async (context) => {
    const request = readResponsesRequest(readFields(await context.req.text()));
    checkOffered(request.model, engine.model);
    const answering = contextOf(context);
    if (!request.stream) return context.json(await completeResponse(request, answering));
    return stream(context.env.outgoing, (outgoing) => streamResponse(request, answering, outgoing));
  });
  app.post('/v1/embeddings', async (context) => {
    const fields = readFields(await context.req.text());
    const input = readEmbeddingInput(fields);
    checkOffered(readModel(fields), embedder.model);
    return context.json(await embedTexts(embedder, input, context.get('signal')));
  });

  app.get('/v1/_requests', (context) => context.json(log.snapshot()));
  app.get('/v1/_faults', (context) => context.json({ fault: standing, faults: faultNames }));
  app.put('/v1/_faults', async (context) => {
    const { fault } = readFields(await context.req.text());
    if (typeof fault !== 'string')
      throw new WireError(400, '`fault` must be text; "" for none.', { param: 'fault' });
    parseFaults(fault);
    standing = fault;
    board.reset();
    return context.json({ fault: standing });
  });

  app.notFound((context) => {
    const error = new WireError(404, `There is no ${context.req.method} ${context.req.path} here.`, {
      code: 'unknown_url',
    });
    return context.json(error.body, 404);
  });
  app.onError((error, context) => {
    if (error instanceof WireError) return context.json(error.body, error.status);
    if (error instanceof FaultError) {
      return context.json(new WireError(400, error.message, { param: 'fault' }).body, 400);
    }
    if (context.get('signal')?.aborted) return RESPONSE_ALREADY_SENT;
    console.error(error);
    return context.json(new WireError(500, 'The server failed.', { type: 'server_error' }).body, 500);
  });
  return app;
}

function addModels(app: Hono<Environment>, names: readonly string[]): void {
  const models = names.map((id) => ({ id, object: 'model', created: 0, owned_by: 'streaming-rag' }));
  app.get('/v1/models', (context) => context.json({ object: 'list', data: models }));
  app.get('/v1/models/:id{.+}', (context) => {
    const name = context.req.param('id');
    const model = models.find(({ id }) => id === name);
    if (model === undefined) checkOffered(name, names[0]!);
    return context.json(model);
  });
}

function checkOffered(model: string, offered: string): void {
  if (model === offered) return;
  throw new WireError(404, `The model '${model}' does not exist here; '${offered}' does.`, {
    param: 'model',
    code: 'model_not_found',
  });
}

/** Runs a handler that writes by itself; a client that left is no error, and a failure in mid-stream is an event. */
async function stream(
  outgoing: ServerResponse,
  work: (outgoing: ServerResponse) => Promise<void>,
): Promise<Response> {
  try {
    await work(outgoing);
  } catch (error) {
    if (error instanceof BrokenOnPurpose || outgoing.destroyed) return RESPONSE_ALREADY_SENT;
    if (!outgoing.headersSent) throw error;
    console.error(error);
    const { body } = new WireError(500, 'The server failed in the middle of its answer.', {
      type: 'server_error',
    });
    outgoing.end(`data: ${JSON.stringify(body)}\n\n`);
  }
  return RESPONSE_ALREADY_SENT;
}
