/** What became of one try. Exactly one of the three is there, or none if it gave `undefined`. */
export interface Came {
  /** What the try gave. */
  readonly value?: unknown;
  /** What the answer threw. */
  readonly error?: unknown;
  /** `loop`: it never gave the thread back and was stopped. `waiting`: its promise did not settle. */
  readonly stuck?: 'loop' | 'waiting';
}

/** One thing that a check does with the learner's answer. */
export interface Try<Answer> {
  /** What is tried, in words. */
  readonly tried: string;
  /** What should come, compared by value. */
  readonly expected: unknown;
  /** Uses the answer and gives what came: plain data. */
  run(answer: Answer): unknown;
  /** Names the mistake that gives this result; `undefined` if it is none that is known. Never says how to mend it. */
  explain?(came: Came): string | undefined;
}

/**
 * What `exercises/<chapter>/<name>/check.ts` exports as `exercise`. A check file imports types only, packages, and
 * `streaming-rag`, so that it runs the same in a notebook, in a terminal and in a test.
 */
export interface Exercise<Answer> {
  /** Chapter and place in it: `1.3`. */
  readonly number: string;
  readonly title: string;
  /** One sentence: what to write. */
  readonly task: string;
  /** The name that stub, solution and wrong answers export. */
  readonly answerName: string;
  /** In this order; the first that fails ends the check. */
  readonly tries: readonly Try<Answer>[];
}

/** How one try ended. */
export interface TryOutcome {
  readonly tried: string;
  readonly state: 'passed' | 'failed' | 'not tried';
}

/** What a check found. */
export interface CheckOutcome {
  readonly passed: boolean;
  readonly outcomes: readonly TryOutcome[];
  /** Of the try that failed. */
  readonly failure?: {
    readonly tried: string;
    readonly expected: unknown;
    readonly came: Came;
    /** What went wrong, in a sentence or two. */
    readonly because: string;
  };
}
