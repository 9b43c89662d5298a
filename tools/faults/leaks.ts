import { getEventListeners } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';

const watched = ['TCPSocketWrap', 'TCPServerWrap', 'Timeout'] as const;

/** Sockets and timers that keep this process alive, by their kind. */
export function openResources(): Record<string, number> {
  const counts = Object.fromEntries(watched.map((kind) => [kind, 0]));
  for (const kind of process.getActiveResourcesInfo()) {
    if (kind in counts) counts[kind]!++;
  }
  return counts;
}

/** What is open beyond `before` once things have had a second to end. */
export async function leakedSince(before: Record<string, number>, signal: AbortSignal): Promise<string[]> {
  const beyond = () => {
    const now = openResources();
    return watched
      .filter((kind) => now[kind]! > before[kind]!)
      .map((kind) => `${now[kind]! - before[kind]!} ${kind}`);
  };
  for (let round = 0; round < 50 && beyond().length > 0; round++) await wait(20, undefined, { ref: false });
  const listeners = getEventListeners(signal, 'abort').length;
  return listeners === 0 ? beyond() : [...beyond(), `${listeners} listeners`];
}
