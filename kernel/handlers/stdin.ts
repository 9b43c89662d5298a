import { currentCell } from '../cells/cell-context.ts';
import type { Publisher } from '../output/publisher.ts';
import type { Channels } from '../wire/channels.ts';
import type { Content } from '../wire/message.ts';

export interface PromptOptions {
  readonly password?: boolean;
}

/** Asks the reader through the client that runs the cell. */
export class Stdin {
  readonly #channels: Channels;
  readonly #publisher: Publisher;
  #waiting: { resolve: (value: string) => void; reject: (error: Error) => void }[] = [];

  constructor(channels: Channels, publisher: Publisher) {
    this.#channels = channels;
    this.#publisher = publisher;
  }

  async prompt(message = '', { password = false }: PromptOptions = {}): Promise<string> {
    const cell = currentCell();
    if (cell?.allowStdin !== true) {
      throw new Error('This client takes no input: `prompt()` works in JupyterLab and in consoles');
    }
    // What the cell printed before must stand above the question.
    this.#publisher.flush();
    return await new Promise<string>((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#channels.reply('stdin', cell.request, 'input_request', { prompt: message, password });
    });
  }

  onReply(content: Content): void {
    this.#waiting.shift()?.resolve(typeof content['value'] === 'string' ? content['value'] : '');
  }

  /** After an interrupt nobody answers any more. */
  interrupt(reason: Error): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { reject } of waiting) reject(reason);
  }
}
