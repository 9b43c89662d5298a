import type { Citation, UnknownCitation } from '../generation/citations.ts';
import type { FinishReason } from '../generation/language-model.ts';
import type { LeftOut, PromptSource } from '../generation/prompt.ts';

/** The rooms that a question walks through. */
export type StageName = 'embed' | 'search' | 'prompt' | 'generate';

/** What `streamAnswer` yields. Stages come in their order, `done` or `error` last. */
export type AnswerEvent =
  /** A follow-up, as it was searched for: joined to the question it leans on. */
  | { readonly type: 'question'; readonly text: string }
  | { readonly type: 'stage'; readonly stage: StageName; readonly state: 'started' }
  | {
      readonly type: 'stage';
      readonly stage: StageName;
      readonly state: 'finished';
      readonly durationMs: number;
    }
  /** Passages were looked for by vectors and by words, and one of the two did not answer. */
  | { readonly type: 'degraded'; readonly source: 'vector' | 'keyword'; readonly error: Error }
  /** What the model was given to answer from, and what was found and not given. */
  | {
      readonly type: 'sources';
      readonly sources: readonly PromptSource[];
      readonly leftOut: readonly LeftOut[];
    }
  | { readonly type: 'token'; readonly text: string }
  | Citation
  | UnknownCitation
  | { readonly type: 'usage'; readonly promptTokens: number; readonly completionTokens: number }
  | {
      readonly type: 'done';
      /** All tokens, joined. */
      readonly text: string;
      readonly finishReason: FinishReason;
      /** From the first pull to the first token; undefined if none came. */
      readonly firstTokenMs: number | undefined;
      readonly durationMs: number;
    }
  /** The answer failed in this stage; tokens that came before it stand. */
  | { readonly type: 'error'; readonly stage: StageName; readonly error: Error };
