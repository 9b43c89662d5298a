import { randomUUID } from 'node:crypto';
import { currentCell } from '../cells/cell-context.ts';
import type { Channels } from '../wire/channels.ts';
import type { Content, Message } from '../wire/message.ts';

export interface CommMessage {
  readonly data: Content;
  readonly metadata: Content;
  readonly buffers: readonly Uint8Array[];
}

export interface CommExtras {
  readonly metadata?: Content;
  readonly buffers?: readonly Uint8Array[];
}

type Listener = (message: CommMessage) => void;

/** One open line between a cell and a piece of the front end. */
export class Comm {
  readonly id: string;
  readonly target: string;
  readonly #comms: Comms;
  readonly #listeners = { message: new Set<Listener>(), close: new Set<Listener>() };

  constructor(comms: Comms, target: string, id: string) {
    this.#comms = comms;
    this.target = target;
    this.id = id;
  }

  /** Sends to the front end. @throws if the comm is closed, or if the data cannot be made into JSON. */
  send(data: Content, extras: CommExtras = {}): void {
    if (!this.#comms.has(this.id)) throw new Error(`The comm ${this.target} is closed`);
    this.#comms.publish('comm_msg', { comm_id: this.id, data }, extras);
  }

  /** Tells the front end that no more will come. Closing twice does nothing. */
  close(data: Content = {}, extras: CommExtras = {}): void {
    if (this.#comms.forget(this.id)) {
      this.#comms.publish('comm_close', { comm_id: this.id, data }, extras);
    }
  }

  /** Calls `listener` for each message of the front end, or once when it closes the comm; returns a function that stops it. */
  on(event: 'message' | 'close', listener: Listener): () => void {
    this.#listeners[event].add(listener);
    return () => void this.#listeners[event].delete(listener);
  }

  /** What came from the front end. */
  receive(event: 'message' | 'close', message: CommMessage): void {
    for (const listener of this.#listeners[event]) listener(message);
  }
}

/** The open comms and what answers when a front end opens one. */
export class Comms {
  readonly #channels: Channels;
  readonly #targets = new Map<string, (comm: Comm, message: CommMessage) => void>();
  readonly #open = new Map<string, Comm>();

  constructor(channels: Channels) {
    this.#channels = channels;
  }

  /** Names what a front end may open; the latest of one name counts. */
  registerTarget(target: string, opened: (comm: Comm, message: CommMessage) => void): void {
    this.#targets.set(target, opened);
  }

  /** Opens a comm from the kernel's side. */
  open(target: string, data: Content = {}, extras: CommExtras = {}): Comm {
    const comm = new Comm(this, target, randomUUID());
    this.#open.set(comm.id, comm);
    this.publish('comm_open', { comm_id: comm.id, target_name: target, data }, extras);
    return comm;
  }

  has(id: string): boolean {
    return this.#open.has(id);
  }

  forget(id: string): boolean {
    return this.#open.delete(id);
  }

  publish(type: string, content: Content, extras: CommExtras): void {
    this.#channels.publish(currentCell()?.parent ?? {}, type, content, extras);
  }

  /** Answers a comm_info_request. */
  info({ target_name: wanted }: Content): Content {
    const isWanted = typeof wanted === 'string' && wanted !== '';
    const comms = [...this.#open.values()]
      .filter(({ target }) => !isWanted || target === wanted)
      .map(({ id, target }) => [id, { target_name: target }]);
    return { status: 'ok', comms: Object.fromEntries(comms) as Content };
  }

  /** Takes comm_open, comm_msg and comm_close of a front end; errors of listeners are the caller's. */
  receive({ header, content, metadata, buffers }: Message): void {
    const id = String(content['comm_id']);
    const message = { data: (content['data'] ?? {}) as Content, metadata, buffers };
    if (header.msg_type === 'comm_open') this.#receiveOpen(id, String(content['target_name']), message);
    else if (header.msg_type === 'comm_msg') this.#open.get(id)?.receive('message', message);
    else {
      const comm = this.#open.get(id);
      this.#open.delete(id);
      comm?.receive('close', message);
    }
  }

  /** A front end learns by comm_close that nobody knows what it asks for. */
  #receiveOpen(id: string, target: string, message: CommMessage): void {
    const comm = new Comm(this, target, id);
    this.#open.set(id, comm);
    const opened = this.#targets.get(target);
    if (opened === undefined) {
      comm.close({});
      return;
    }
    try {
      opened(comm, message);
    } catch (error) {
      comm.close({});
      throw error;
    }
  }
}
