import type { Content, Message } from '../wire/message.ts';
import type { OutputArea } from './output-area.ts';

export type ClientChannel = 'shell' | 'control' | 'stdin';

/** Sees each message that comes in, after its signature was checked. */
export type MessageListener = (channel: ClientChannel | 'iopub', message: Message) => void;

export interface StartOptions {
  /** The command that starts the kernel; `{connection_file}` in it is replaced. */
  readonly argv: readonly string[];
  /** The notebook's folder. */
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
  /**
   * Plain tslab loses a message now and then, because it sends one before the last is gone. With this option a request is done
   * so long after its reply or its idle status, though the other did not come.
   */
  readonly lostMessageMs?: number;
  /** How long the kernel may take to its first answer. @default 30000 */
  readonly startTimeoutMs?: number;
  readonly onMessage?: MessageListener;
}

export interface ExecuteOptions {
  readonly silent?: boolean;
  readonly storeHistory?: boolean;
  readonly stopOnError?: boolean;
  readonly userExpressions?: Record<string, string>;
  /** Answers `prompt()`; undefined leaves it waiting. Without this option cells get no input. */
  readonly onInput?: (prompt: string, password: boolean) => string | undefined;
  readonly onOutput?: (type: string, content: Content) => void;
}

/** One request on its way. */
export interface Exchange {
  readonly id: string;
  /** What came of it so far; grows after `done` when a timer of the cell prints later. */
  readonly outputs: OutputArea;
  /** All iopub messages about it, statuses included, in order. */
  readonly messages: Message[];
  /** The content of the reply, once the kernel is idle again. */
  readonly done: Promise<Content>;
}
