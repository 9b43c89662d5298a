import { checkInteger } from '../iter/checks.ts';

export interface SessionOptions {
  /** Sessions remembered; the one silent for longest is forgotten first. @default 1000 */
  readonly maxSessions?: number;
  /** Questions remembered of each. @default 8 */
  readonly maxTurns?: number;
}

/** What was asked in each session, bounded both ways. */
export class Sessions {
  readonly #maxSessions: number;
  readonly #maxTurns: number;
  readonly #questions = new Map<string, string[]>();

  /** @throws RangeError for an option out of its range. */
  constructor({ maxSessions = 1_000, maxTurns = 8 }: SessionOptions = {}) {
    checkInteger('maxSessions', maxSessions, 1);
    checkInteger('maxTurns', maxTurns, 1);
    this.#maxSessions = maxSessions;
    this.#maxTurns = maxTurns;
  }

  get size(): number {
    return this.#questions.size;
  }

  /** Questions of a session, oldest first. */
  history(sessionId: string): readonly string[] {
    return this.#questions.get(sessionId) ?? [];
  }

  /** Remembers a question that was answered, as it stands alone. */
  remember(sessionId: string, question: string): void {
    const questions = [...this.history(sessionId), question].slice(-this.#maxTurns);
    this.#questions.delete(sessionId);
    this.#questions.set(sessionId, questions);
    if (this.#questions.size > this.#maxSessions) {
      this.#questions.delete(this.#questions.keys().next().value!);
    }
  }

  forget(sessionId: string): void {
    this.#questions.delete(sessionId);
  }
}

/** Openings and words by which a question leans on the one before it. */
const leaning =
  /^(?:and|but|or|so|also|then|what about|how about|why not)\b|\b(?:it|its|they|them|their|that|this|those|these|there|the same|instead)\b|^(?:那么?|还有|而|另外|如果是|换成)|[它他她]们?|这个|那个|这些|那些|呢[？?]?$/iu;
const mostWords = 7;
const mostChinese = 16;

/**
 * A question that can be searched for by itself: a short one that leans on what was asked before («and in Java?», «那 Java 呢？»)
 * is joined to the question before it. A rule, and no model: it is the same each time, and costs nothing.
 */
export function standAlone(question: string, history: readonly string[], maxLength: number): string {
  const before = history.at(-1);
  if (before === undefined) return question;
  const chinese = question.match(/\p{Script=Han}/gu)?.length ?? 0;
  const words = question.match(/[\p{L}\p{N}]+/gu)?.length ?? 0;
  const isShort = chinese > 0 ? chinese <= mostChinese : words <= mostWords;
  if (!isShort || !leaning.test(question.trim())) return question;
  const joined = `${before} ${question}`;
  return joined.length <= maxLength ? joined : question;
}
