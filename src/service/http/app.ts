import { createHash, timingSafeEqual } from 'node:crypto';
import type { HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { OverloadedError, type RagOrchestrator } from '../rag-orchestrator.ts';
import { completeChat, streamChat } from './chat-completions.ts';
import { EventStream } from './event-stream.ts';
import { HttpError } from './http-error.ts';
import type { KeptAnswers } from './kept-answers.ts';
import type { ServiceMetrics } from './metrics.ts';
import { addPage } from './page.ts';
import { readAnswerRequest, readChatRequest, readFields } from './read-requests.ts';
import { wireEvent } from './wire-events.ts';

export interface AppOptions {
  readonly orchestrator: RagOrchestrator;
  readonly metrics: ServiceMetrics;
  readonly kept: KeptAnswers;
  /** The name that chat clients ask for. */
  readonly modelName: string;
  /** What every request must carry; undefined where only this machine can reach the server. */
  readonly token: string | undefined;
  /** Whether only names of this machine are answered. */
  readonly loopbackOnly: boolean;
  readonly maxBodyBytes: number;
  readonly isReady: () => boolean;
  /** Aborts when open streams must end. */
  readonly closing: AbortSignal;
}

interface Environment {
  Bindings: HttpBindings;
  Variables: { signal: AbortSignal };
}

const openRoutes = new Set(['/healthz', '/readyz', '/', '/page.js', '/page.css']);

/** The routes of the service. */
export function createServiceApp(options: AppOptions): Hono<Environment> {
  const { orchestrator, metrics, kept, modelName, maxBodyBytes } = options;
  const app = new Hono<Environment>();

  app.use(async (context, next) => {
    const { incoming, outgoing } = context.env;
    const gone = new AbortController();
    const onClosing = () => gone.abort(options.closing.reason);
    options.closing.addEventListener('abort', onClosing, { once: true });
    outgoing.once('close', () => {
      options.closing.removeEventListener('abort', onClosing);
      const route = context.req.routePath.includes('*') ? 'unknown' : context.req.routePath;
      metrics.request(route, outgoing.statusCode);
      if (!outgoing.writableFinished) gone.abort(new DOMException('The client has gone', 'AbortError'));
    });
    context.set('signal', gone.signal);
    if (
      options.loopbackOnly &&
      !/^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d+)?$/iu.test(incoming.headers.host ?? '')
    ) {
      throw new HttpError(403, 'This server answers only requests to 127.0.0.1 or localhost.');
    }
    if (options.token !== undefined && !openRoutes.has(context.req.path)) {
      checkToken(incoming.headers.authorization, options.token);
    }
    return next();
  });
  app.use(
    bodyLimit({
      maxSize: maxBodyBytes,
      onError: () => {
        throw new HttpError(413, `The body is longer than ${maxBodyBytes} bytes.`);
      },
    }),
  );

  app.get('/healthz', (context) => context.json({ status: 'ok' }));
  app.get('/readyz', (context) =>
    options.isReady() ? context.json({ status: 'ready' }) : context.json({ status: 'not ready' }, 503),
  );
  app.get('/metrics', async (context) =>
    context.body(await metrics.registry.metrics(), 200, { 'content-type': metrics.registry.contentType }),
  );
  addPage(app);

  app.post('/v1/answers', async (context) => {
    const { question, sessionId, topK, filter, resumable } = readAnswerRequest(
      readFields(await context.req.arrayBuffer()),
    );
    const begin = (signal: AbortSignal) =>
      metrics.observe(
        orchestrator.answer(question, sessionId, {
          signal,
          ...(topK !== undefined && { topK }),
          ...(filter !== undefined && { filter }),
        }),
      );
    if (resumable) return sendKept(context, kept.start(begin), 0);
    const { signal } = context.var;
    const events = begin(signal);
    return send(context, {}, async (stream) => {
      for await (const event of events)
        await stream.write(JSON.stringify(wireEvent(event)), { name: event.type });
    });
  });
  app.get('/v1/answers/:id', (context) => {
    const answer = kept.get(context.req.param('id'));
    if (answer === undefined) throw new HttpError(404, 'There is no such answer, or its time is over.');
    const last = context.req.header('last-event-id') ?? '-1';
    if (!/^(?:-1|\d{1,9})$/u.test(last)) {
      throw new HttpError(400, '`Last-Event-ID` must be the id of an event.', { param: 'last-event-id' });
    }
    return sendKept(context, answer, Number(last) + 1);
  });
  app.delete('/v1/answers/:id', (context) => {
    kept.get(context.req.param('id'))?.stop();
    return context.body(null, 204);
  });

  app.get('/v1/models', (context) =>
    context.json({
      object: 'list',
      data: [{ id: modelName, object: 'model', created: 0, owned_by: 'streaming-rag' }],
    }),
  );
  app.post('/v1/chat/completions', async (context) => {
    const request = readChatRequest(readFields(await context.req.arrayBuffer()), modelName);
    const { signal } = context.var;
    const events = metrics.observe(orchestrator.answer(request.question, undefined, { signal }));
    if (!request.stream) return context.json(await completeChat(request, events));
    return send(context, {}, (stream) => streamChat(request, events, stream));
  });

  app.notFound((context) =>
    refuse(context, new HttpError(404, 'There is nothing here.', { code: 'unknown_url' })),
  );
  app.onError((error, context) => {
    if (error instanceof HttpError) return refuse(context, error);
    if (error instanceof OverloadedError) {
      const headers = { 'retry-after': String(Math.max(1, Math.ceil(error.retryAfterMs / 1000))) };
      const overloaded = { type: 'rate_limit_error', code: 'rate_limit_exceeded', headers };
      return refuse(context, new HttpError(429, error.message, overloaded));
    }
    if (error instanceof RangeError || error instanceof TypeError) {
      return refuse(context, new HttpError(400, error.message));
    }
    if (context.var.signal?.aborted) return RESPONSE_ALREADY_SENT;
    return refuse(context, new HttpError(500, 'The server failed.'));
  });
  return app;
}

function refuse(context: Context, error: HttpError): Response {
  return context.json(error.body, error.status, { ...error.headers });
}

/** Compares in a time that does not tell how much of the token is right. */
function checkToken(header: string | undefined, token: string): void {
  const [scheme, given = ''] = (header ?? '').split(' ');
  const digest = (text: string) => createHash('sha256').update(text).digest();
  if (scheme?.toLowerCase() === 'bearer' && timingSafeEqual(digest(given), digest(token))) return;
  throw new HttpError(401, 'The token is missing or not valid here.', {
    code: 'invalid_api_key',
    headers: { 'www-authenticate': 'Bearer' },
  });
}

/** Streams by hand: a client that left is no failure, and all else was an event before. */
async function send(
  context: Context<Environment>,
  headers: Readonly<Record<string, string>>,
  work: (stream: EventStream) => Promise<void>,
): Promise<Response> {
  const { signal } = context.var;
  const stream = new EventStream(context.env.outgoing, signal, headers);
  try {
    await work(stream);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    stream.end();
  }
  return RESPONSE_ALREADY_SENT;
}

function sendKept(
  context: Context<Environment>,
  answer: NonNullable<ReturnType<KeptAnswers['get']>>,
  from: number,
): Promise<Response> {
  return send(context, { 'x-answer-id': answer.id }, async (stream) => {
    for await (const { index, json } of answer.read(from, context.var.signal)) {
      const { type } = JSON.parse(json) as { type: string };
      await stream.write(json, { id: String(index), name: type });
    }
  });
}
