const prefix = 'streaming-rag:';

/** Kept in the browser; a browser that keeps nothing for files is no reason to fail. */
export function read(name: string): string | undefined {
  try {
    return localStorage.getItem(prefix + name) ?? undefined;
  } catch {
    return undefined;
  }
}

export function write(name: string, value: string | undefined): void {
  try {
    if (value === undefined || value === '') localStorage.removeItem(prefix + name);
    else localStorage.setItem(prefix + name, value);
  } catch {
    // Nothing to do: it holds for this page only.
  }
}
