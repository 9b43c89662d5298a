import { log } from '../log.ts';
import type { Channels } from '../wire/channels.ts';
import type { ChannelName } from '../wire/io-protocol.ts';
import type { Content, Message } from '../wire/message.ts';

export interface ShellHandlers {
  execute(message: Message): Promise<Content>;
  /** By type of request: the content of its reply. */
  readonly answers: Readonly<Record<string, (content: Content) => Content>>;
  /** By type of message: what wants no reply. */
  readonly notices: Readonly<Record<string, (message: Message) => void>>;
  shutdown(message: Message, channel: 'shell' | 'control'): Promise<void>;
}

/** Answers requests one at a time in the order they came; those of the control channel at once. */
export class ShellQueue {
  readonly #channels: Channels;
  readonly #handlers: ShellHandlers;
  #waiting: Message[] = [];
  #isRunning = false;

  constructor(channels: Channels, handlers: ShellHandlers) {
    this.#channels = channels;
    this.#handlers = handlers;
  }

  receive(channel: ChannelName, message: Message): void {
    if (channel === 'control') void this.#handle(channel, message);
    else {
      this.#waiting.push(message);
      if (!this.#isRunning) void this.#run();
    }
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    for (let message = this.#waiting.shift(); message !== undefined; message = this.#waiting.shift()) {
      await this.#handle('shell', message);
    }
    this.#isRunning = false;
  }

  async #handle(channel: 'shell' | 'control', message: Message): Promise<void> {
    const { header, content } = message;
    const type = header.msg_type;
    const { answers, notices } = this.#handlers;
    this.#status('busy', message);
    try {
      if (type === 'shutdown_request') await this.#handlers.shutdown(message, channel);
      else if (type === 'execute_request') await this.#execute(channel, message);
      else if (Object.hasOwn(answers, type)) this.#reply(channel, message, answers[type]?.(content) ?? {});
      else if (Object.hasOwn(notices, type)) notices[type]?.(message);
      else log(`does not know ${type}`);
    } catch (error) {
      const { name: ename, message: evalue, stack } = error as Error;
      this.#reply(channel, message, {
        status: 'error',
        ename,
        evalue,
        traceback: String(stack).split('\n'),
      });
    } finally {
      this.#status('idle', message);
    }
  }

  async #execute(channel: 'shell' | 'control', message: Message): Promise<void> {
    const started = new Date().toISOString();
    const content = await this.#handlers.execute(message);
    const aborted = content['status'] === 'error' ? await this.#takeAborted(message) : [];
    this.#reply(channel, message, content, { started, status: content['status'] });
    for (const skipped of aborted) {
      this.#status('busy', skipped);
      this.#reply('shell', skipped, { status: 'aborted' }, { status: 'aborted' });
      this.#status('idle', skipped);
    }
  }

  /** After an error the cells that were sent before it came are not run: «Run All» stops at the first error. */
  async #takeAborted(failed: Message): Promise<Message[]> {
    if (failed.content['stop_on_error'] === false) return [];
    await this.#channels.drain();
    const isExecute = ({ header }: Message) => header.msg_type === 'execute_request';
    const aborted = this.#waiting.filter(isExecute);
    this.#waiting = this.#waiting.filter((message) => !isExecute(message));
    return aborted;
  }

  #reply(channel: 'shell' | 'control', message: Message, content: Content, metadata?: Content): void {
    const type = message.header.msg_type.replace(/_request$/, '_reply');
    this.#channels.reply(channel, message, type, content, metadata);
  }

  #status(state: 'busy' | 'idle', message: Message): void {
    this.#channels.publish(message.header, 'status', { execution_state: state });
  }
}
