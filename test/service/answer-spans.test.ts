import {
  type Attributes,
  context,
  type Span,
  type SpanOptions,
  type SpanStatus,
  trace,
} from '@opentelemetry/api';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { serviceFor } from './shared.ts';

interface Recorded {
  readonly name: string;
  readonly parent: string | undefined;
  readonly attributes: Attributes;
  status: SpanStatus | undefined;
  ends: number;
}

let spans: Recorded[] = [];
const recordOf = new WeakMap<Span, Recorded>();

/** What a tracer of the OpenTelemetry interface must do, and no more: it remembers. */
function startSpan(
  name: string,
  { attributes = {} }: SpanOptions = {},
  parentContext = context.active(),
): Span {
  const parentSpan = trace.getSpan(parentContext);
  const parent = parentSpan === undefined ? undefined : recordOf.get(parentSpan)?.name;
  const record: Recorded = { name, parent, attributes: { ...attributes }, status: undefined, ends: 0 };
  spans.push(record);
  const span = {
    setAttribute: (key: string, value: string) => Object.assign(record.attributes, { [key]: value }),
    setAttributes: (more: Attributes) => Object.assign(record.attributes, more),
    setStatus: (status: SpanStatus) => (record.status = status),
    end: () => record.ends++,
  } as unknown as Span;
  recordOf.set(span, record);
  return span;
}

beforeEach(() => {
  spans = [];
  trace.setGlobalTracerProvider({
    getTracer: () => ({ startSpan, startActiveSpan: () => undefined as never }),
  });
});
afterEach(() => trace.disable());

it('should trace an answer and its stages, none of its tokens, and no word of it', async () => {
  const { service } = await serviceFor();
  await Array.fromAsync(service.streamAnswer('When was the old bridge built?', 's'));
  expect(spans.map(({ name, parent, ends }) => [name, parent, ends])).toEqual([
    ['rag.answer', undefined, 1],
    ['rag.embed', 'rag.answer', 1],
    ['rag.search', 'rag.answer', 1],
    ['rag.prompt', 'rag.answer', 1],
    ['chat extractive-1', 'rag.answer', 1],
  ]);
  expect(spans.at(-1)!.attributes).toMatchObject({
    'gen_ai.operation.name': 'chat',
    'gen_ai.request.model': 'extractive-1',
    'gen_ai.usage.output_tokens': 11,
  });
  expect(JSON.stringify(spans)).not.toContain('bridge');
});

it('should mark the stage that failed, and end every span once', async () => {
  const { service } = await serviceFor({ endpoint: { fault: 'unauthorized' } });
  await Array.fromAsync(service.streamAnswer('Why?', 's'));
  const failed = spans.filter(({ status }) => status !== undefined);
  expect(failed.map(({ name, attributes }) => [name, attributes['error.type']])).toEqual([
    ['rag.answer', 'unauthorized'],
    ['chat extractive-1', 'unauthorized'],
  ]);
  expect(spans.every(({ ends }) => ends === 1)).toBe(true);
});

it('should end its spans when the reader leaves', async () => {
  const { service } = await serviceFor();
  for await (const event of service.streamAnswer('Why?', 's')) if (event.type === 'sources') break;
  expect(spans.every(({ ends }) => ends === 1)).toBe(true);
});
