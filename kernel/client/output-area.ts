import type { Content } from '../wire/message.ts';

/** An output as nbformat 4.5 stores it, its texts whole. */
export type Output =
  | { output_type: 'stream'; name: string; text: string }
  | { output_type: 'display_data'; data: Content; metadata: Content }
  | { output_type: 'execute_result'; data: Content; metadata: Content; execution_count: number | null }
  | { output_type: 'error'; ename: string; evalue: string; traceback: string[] };

/** The outputs under a cell as a front end keeps them: streams joined, displays updated in place, cleared when told to. */
export class OutputArea {
  readonly outputs: Output[] = [];
  readonly #displays = new Map<string, Set<Output>>();
  #clearsOnNext = false;

  /** Takes one iopub message in; false if it changes no output of this area. */
  add(type: string, content: Content): boolean {
    if (type === 'clear_output') {
      if (content['wait'] === true) this.#clearsOnNext = true;
      else this.#clear();
      return true;
    }
    const output = readOutput(type, content);
    if (output === undefined) return false;
    if (this.#clearsOnNext) this.#clear();
    const last = this.outputs.at(-1);
    if (output.output_type === 'stream' && last?.output_type === 'stream' && last.name === output.name) {
      last.text += output.text;
      return true;
    }
    this.outputs.push(output);
    const { display_id: id } = (content['transient'] ?? {}) as { display_id?: string };
    if (id !== undefined) this.#displays.set(id, (this.#displays.get(id) ?? new Set()).add(output));
    return true;
  }

  /** Redraws what was displayed here under the same id. */
  update(content: Content): void {
    const { display_id: id } = (content['transient'] ?? {}) as { display_id?: string };
    for (const output of this.#displays.get(id ?? '') ?? []) {
      if ('data' in output) {
        output.data = (content['data'] ?? {}) as Content;
        output.metadata = (content['metadata'] ?? {}) as Content;
      }
    }
  }

  #clear(): void {
    this.#clearsOnNext = false;
    this.outputs.length = 0;
    this.#displays.clear();
  }
}

function readOutput(type: string, content: Content): Output | undefined {
  const data = (content['data'] ?? {}) as Content;
  const metadata = (content['metadata'] ?? {}) as Content;
  if (type === 'stream') {
    return { output_type: 'stream', name: String(content['name']), text: String(content['text']) };
  }
  if (type === 'display_data') return { output_type: 'display_data', data, metadata };
  if (type === 'execute_result') {
    const execution_count = Number(content['execution_count']);
    return { output_type: 'execute_result', data, metadata, execution_count };
  }
  if (type === 'error') {
    return {
      output_type: 'error',
      ename: String(content['ename']),
      evalue: String(content['evalue']),
      traceback: (content['traceback'] ?? []) as string[],
    };
  }
  return undefined;
}
