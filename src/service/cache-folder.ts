import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/**
 * Where this system keeps what can be made again: `STREAMING_RAG_CACHE` where set, else `~/Library/Caches` on macOS,
 * `%LOCALAPPDATA%` on Windows, `$XDG_CACHE_HOME` or `~/.cache` elsewhere (XDG Base Directory Specification 0.8).
 */
export function cacheFolder(
  env: Readonly<Record<string, string | undefined>> = process.env,
  platform: NodeJS.Platform = process.platform,
  home: string = homedir(),
): string {
  const { STREAMING_RAG_CACHE: own, LOCALAPPDATA: local, XDG_CACHE_HOME: xdg } = env;
  if (own) return own;
  if (platform === 'darwin') return join(home, 'Library', 'Caches', 'streaming-rag');
  if (platform === 'win32') return join(local || join(home, 'AppData', 'Local'), 'streaming-rag', 'Cache');
  // The specification: a relative path is to be ignored.
  return join(xdg && isAbsolute(xdg) ? xdg : join(home, '.cache'), 'streaming-rag');
}
