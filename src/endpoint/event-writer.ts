import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { sleep } from '../iter/sleep.ts';
import type { Fault, FaultName } from './faults.ts';

const headers = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache',
  'x-accel-buffering': 'no',
};

/** Big enough that a parser which joins its buffer at every piece takes seconds. */
const hugeBytes = 5 * 1024 * 1024;

/** Seldom at the end of a character of three bytes. */
const dripBytes = 7;

/** Thrown when a fault has ended the connection: there is nobody to write to. */
export class BrokenOnPurpose extends Error {
  override readonly name = 'BrokenOnPurpose';
}

/** Writes server-sent events at the pace of the client, with the faults that this request is to meet. */
export class EventWriter {
  readonly #response: ServerResponse;
  readonly #signal: AbortSignal;
  readonly #faults: ReadonlyMap<FaultName, Fault>;
  readonly #lineEnd: string;
  #events = 0;

  constructor(response: ServerResponse, signal: AbortSignal, faults: readonly Fault[] = []) {
    this.#response = response;
    this.#signal = signal;
    this.#faults = new Map(faults.map((fault) => [fault.name, fault]));
    this.#lineEnd = this.#faults.has('crlf') ? '\r\n' : this.#faults.has('cr') ? '\r' : '\n';
    response.writeHead(200, headers);
    if (this.#faults.has('bom')) response.write('\ufeff');
  }

  /** Whether the answer is to go round for ever. */
  get isEndless(): boolean {
    return this.#faults.has('endless');
  }

  /** Writes one event; resolves when the client can take more. */
  async event(data: object, name?: string): Promise<void> {
    const index = this.#events++;
    const at = (fault: FaultName) => this.#faults.get(fault)?.after === index;
    let json = JSON.stringify(data);
    if (at('stall-tokens')) await this.#stall();
    if (at('cut')) await this.#cut('');
    // The first two of the three bytes of 文.
    if (at('cut-character'))
      await this.#cut(Buffer.concat([Buffer.from('data: {"x":"'), Buffer.from([0xe6, 0x96])]));
    if (at('malformed')) json = json.slice(0, -2);
    if (at('huge')) json = `${json.slice(0, -1)},"padding":"${'x'.repeat(hugeBytes)}"}`;
    if (at('error-event')) {
      await this.#write(this.#format(JSON.stringify(failed), name === undefined ? undefined : 'error'));
      this.#response.end();
      throw new BrokenOnPurpose();
    }
    const comment = this.#faults.has('comments') ? `: keep-alive${this.#lineEnd}${this.#lineEnd}` : '';
    const text = comment + this.#format(json, name);
    await this.#write(at('duplicate') ? text + text : text);
  }

  /** Ends the stream, with `[DONE]` where the interface has it. */
  async end(mark?: '[DONE]'): Promise<void> {
    if (mark !== undefined && !this.#faults.has('no-done')) await this.#write(this.#format(mark, undefined));
    this.#response.end();
  }

  #format(data: string, name: string | undefined): string {
    const field = name === undefined ? '' : `event: ${name}${this.#lineEnd}`;
    return `${field}data: ${data}${this.#lineEnd}${this.#lineEnd}`;
  }

  async #write(text: string): Promise<void> {
    this.#signal.throwIfAborted();
    const drip = this.#faults.get('drip');
    if (drip !== undefined) {
      const bytes = Buffer.from(text);
      for (let from = 0; from < bytes.length; from += dripBytes) {
        await sleep(drip.ms ?? 1, { signal: this.#signal });
        this.#response.write(bytes.subarray(from, from + dripBytes));
      }
      return;
    }
    if (!this.#response.write(text)) await once(this.#response, 'drain', { signal: this.#signal });
  }

  /** Waits until the client has gone. */
  async #stall(): Promise<void> {
    await sleep(2 ** 31, { signal: this.#signal });
  }

  async #cut(last: string | Buffer): Promise<void> {
    // What was written before must be on its way before the socket goes.
    await new Promise((resolve) => this.#response.write(last.length === 0 ? ': \n' : last, resolve));
    this.#response.destroy();
    throw new BrokenOnPurpose();
  }
}

const failed = {
  error: { message: 'The model failed on purpose.', type: 'server_error', param: null, code: null },
};
