import type { Connection, Content, Message } from './message.ts';

export type ChannelName = 'shell' | 'control' | 'stdin' | 'iopub';

/** What the I/O thread is started with. */
export interface IoData {
  readonly connection: Connection;
  /** The content of every kernel_info_reply: it never changes, so that the I/O thread can answer alone. */
  readonly kernelInfo: Content;
  readonly session: string;
  /** What both threads see at once. */
  readonly shared: SharedArrayBuffer;
  /** What the main thread's heap may grow to before V8 ends the process. */
  readonly heapLimitBytes: number;
}

/** The places of the shared Int32Array. */
export const sharedAt = {
  /** The bytes handed to the I/O thread and not yet to ZeroMQ. */
  unsentBytes: 0,
  /** 1 while the compiler is at work, which an interrupt must not break off in the middle. */
  isCompiling: 1,
  /** How many cells have been started. */
  runs: 2,
} as const;
export const sharedLength = 3;

/** From the kernel's main thread to its I/O thread. */
export type ToIo =
  | { readonly kind: 'send'; readonly channel: ChannelName; readonly frames: readonly Uint8Array[] }
  /** The main thread listens; from now on kernel_info requests on the shell channel wait their turn with the others. */
  | { readonly kind: 'ready' }
  /** Answered by 'drained' once all that had come before it on the sockets is handed on. */
  | { readonly kind: 'drain'; readonly id: number }
  /** The main thread has seen an interrupt or a ping. */
  | { readonly kind: 'seen'; readonly id: number }
  /** Send what is queued, close all sockets, and end the process: the main thread may be busy for ever. */
  | { readonly kind: 'close' };

/** From the I/O thread to the main thread. */
export type FromIo =
  | { readonly kind: 'bound' }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'refused'; readonly channel: ChannelName; readonly reason: string }
  | { readonly kind: 'message'; readonly channel: ChannelName; readonly message: Message }
  | { readonly kind: 'drained'; readonly id: number }
  | { readonly kind: 'interrupt'; readonly id: number }
  | { readonly kind: 'ping'; readonly id: number }
  | { readonly kind: 'closed' };
