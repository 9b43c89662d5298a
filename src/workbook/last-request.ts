import { sleep } from '../iter/sleep.ts';

/** What the local endpoint remembers of a request. */
export interface SeenRequest {
  readonly path: string;
  /** `cancelled`: the client left before the answer was whole. */
  readonly state: 'running' | 'finished' | 'cancelled' | 'refused' | 'failed';
  /** Pieces of the answer that were written. */
  readonly tokens: number;
}

/** Longest wait for the server to notice what became of a request. */
const settleMs = 1_000;

/**
 * The latest request that the local endpoint has seen, once it is over (or after a second, if it goes on).
 *
 * @throws Error if the endpoint keeps no record, as other servers than the course's own do not.
 */
export async function lastRequest({ url }: { readonly url: string }): Promise<SeenRequest> {
  const deadline = performance.now() + settleMs;
  for (;;) {
    const response = await fetch(`${url}/_requests`);
    if (!response.ok) {
      await response.body?.cancel();
      throw new Error(`${url} keeps no record of its requests; only the course’s own endpoint does.`);
    }
    const { requests } = (await response.json()) as { requests: SeenRequest[] };
    const last = requests.at(-1);
    if (last === undefined) throw new Error(`${url} has not been asked anything yet.`);
    if (last.state !== 'running' || performance.now() > deadline) return last;
    await sleep(10);
  }
}
