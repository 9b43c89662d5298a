/**
 * Tells an iterator that nobody will read on, and ignores how it takes it. It is not waited for: a source parked in
 * an `await` of its own would hold up whoever closes it.
 */
export function closeQuietly(
  iterator: AsyncIterator<unknown, unknown, never> | Iterator<unknown, unknown, never> | undefined,
): void {
  try {
    const closing: unknown = iterator?.return?.();
    if (closing instanceof Promise) closing.catch(() => undefined);
  } catch {
    // A source that cannot close itself has nothing to tell a reader who has left.
  }
}
