import { currentCell } from '../cells/cell-context.ts';
import type { Comm, CommExtras, CommMessage, Comms } from '../handlers/comms.ts';
import { mimeBundle } from '../output/mime-bundle.ts';
import type { Publisher } from '../output/publisher.ts';
import type { Content } from '../wire/message.ts';

/** What cells find as `jupyter`; `cell-globals.d.ts` tells them what it can. */
export interface JupyterApi {
  display(value: unknown, options?: { id?: string; update?: boolean }): Promise<void>;
  clearOutput(options?: { wait?: boolean }): void;
  page(value: unknown): Promise<void>;
  broadcast(
    type: string,
    content: Content,
    extras?: { metadata?: Content; buffers?: readonly Uint8Array[] },
  ): Promise<void>;
  registerComm(target: string, opened: (comm: Comm, message: CommMessage) => void): void;
  openComm(target: string, data?: Content, extras?: CommExtras): Comm;
}

export function makeJupyterApi(publisher: Publisher, comms: Comms): JupyterApi {
  const publish = (type: string, content: Content): void => {
    const cell = currentCell();
    if (cell !== undefined) publisher.publish(cell, type, content);
  };
  return {
    async display(value, { id, update = false } = {}) {
      if (update && id === undefined)
        throw new TypeError('`display` with `update` needs the `id` of what to update');
      const { data, metadata } = await mimeBundle(value);
      const transient = id === undefined ? {} : { display_id: id };
      publish(update ? 'update_display_data' : 'display_data', { data, metadata, transient });
    },
    clearOutput({ wait = false } = {}) {
      publish('clear_output', { wait });
    },
    async page(value) {
      const cell = currentCell();
      const { data } = await mimeBundle(value);
      cell?.payload.push({ source: 'page', data, start: 0 });
    },
    async broadcast(type, content, extras) {
      const cell = currentCell();
      if (cell !== undefined) publisher.publish(cell, type, content, extras);
    },
    registerComm: (target, opened) => comms.registerTarget(target, opened),
    openComm: (target, data, extras) => comms.open(target, data, extras),
  };
}

/** Puts a name where cells find it; a cell may declare it anew. */
export function defineGlobal(name: string, value: unknown): void {
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true, enumerable: false });
}
