import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Stream } from '../../iter/operator.ts';
import type { AnswerEvent } from '../answer-events.ts';
import type { RagOrchestrator } from '../rag-orchestrator.ts';
import { errorKind } from '../error-kind.ts';

const stageSeconds = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30];
const tokenSeconds = [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3];

/** What `GET /metrics` tells. Labels are names from short lists: no question, no document, no session. */
export class ServiceMetrics {
  readonly registry = new Registry();
  readonly #stages: Histogram<'stage'>;
  readonly #errors: Counter<'stage' | 'kind'>;
  readonly #answers: Counter<'outcome'>;
  readonly #tokens: Counter;
  readonly #citations: Counter<'known'>;
  readonly #firstToken: Histogram;
  readonly #betweenTokens: Histogram;
  readonly #requests: Counter<'route' | 'status'>;

  constructor(orchestrator: RagOrchestrator) {
    const registers = [this.registry];
    const histogram = <Label extends string>(
      name: string,
      help: string,
      buckets: number[],
      labelNames: Label[] = [],
    ) => new Histogram({ name: `streaming_rag_${name}`, help, buckets, labelNames, registers });
    const counter = <Label extends string>(name: string, help: string, labelNames: Label[] = []) =>
      new Counter({ name: `streaming_rag_${name}`, help, labelNames, registers });
    this.#stages = histogram('stage_duration_seconds', 'Time of each stage of an answer.', stageSeconds, [
      'stage',
    ]);
    this.#errors = counter('errors_total', 'Answers that failed, by stage and kind.', ['stage', 'kind']);
    this.#answers = counter('answers_total', 'Answers by how they ended: done, error, stopped.', ['outcome']);
    this.#tokens = counter('tokens_total', 'Tokens given out.');
    this.#citations = counter('citations_total', 'Citations, of known sources and of unknown.', ['known']);
    this.#firstToken = histogram(
      'first_token_seconds',
      'Time from the question to the first token.',
      stageSeconds,
    );
    this.#betweenTokens = histogram('between_tokens_seconds', 'Time between two tokens.', tokenSeconds);
    this.#requests = counter('http_requests_total', 'Requests by route and status.', ['route', 'status']);
    for (const [name, help, read] of [
      ['answers_running', 'Answers under way.', () => orchestrator.load.running],
      ['answers_waiting', 'Questions that wait for their turn.', () => orchestrator.load.waiting],
      [
        'shed_requests',
        'Questions refused because too many waited, since the start.',
        () => orchestrator.load.shed,
      ],
    ] as const) {
      const gauge: Gauge = new Gauge({
        name: `streaming_rag_${name}`,
        help,
        registers: [],
        collect: () => gauge.set(read()),
      });
      this.registry.registerMetric(gauge);
    }
  }

  request(route: string, status: number): void {
    this.#requests.inc({ route, status });
  }

  /** Passes events on and counts them. */
  async *observe(events: Stream<AnswerEvent>): Stream<AnswerEvent> {
    let lastMs = 0;
    let outcome = 'stopped';
    const beginMs = performance.now();
    try {
      for await (const event of events) {
        if (event.type === 'token') {
          const nowMs = performance.now();
          if (lastMs === 0) this.#firstToken.observe((nowMs - beginMs) / 1000);
          else this.#betweenTokens.observe((nowMs - lastMs) / 1000);
          lastMs = nowMs;
          this.#tokens.inc();
        } else if (event.type === 'stage' && event.state === 'finished') {
          this.#stages.observe({ stage: event.stage }, event.durationMs / 1000);
        } else if (event.type === 'citation' || event.type === 'unknown-citation') {
          this.#citations.inc({ known: String(event.type === 'citation') });
        } else if (event.type === 'error') {
          outcome = 'error';
          this.#errors.inc({ stage: event.stage, kind: errorKind(event.error) });
        } else if (event.type === 'done') {
          outcome = 'done';
        }
        yield event;
      }
    } finally {
      this.#answers.inc({ outcome });
    }
  }
}
