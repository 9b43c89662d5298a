import { join } from 'node:path';
import { expect, it } from 'vitest';
import { cacheFolder } from '../../src/service/cache-folder.ts';

for (const [name, env, platform, expected] of [
  ['Linux', {}, 'linux', join('/home/a', '.cache', 'streaming-rag')],
  ['Linux with XDG_CACHE_HOME', { XDG_CACHE_HOME: '/x' }, 'linux', join('/x', 'streaming-rag')],
  [
    'a relative XDG_CACHE_HOME, which does not count',
    { XDG_CACHE_HOME: 'x' },
    'linux',
    join('/home/a', '.cache', 'streaming-rag'),
  ],
  ['macOS', { XDG_CACHE_HOME: '/x' }, 'darwin', join('/home/a', 'Library', 'Caches', 'streaming-rag')],
  ['Windows', { LOCALAPPDATA: '/l' }, 'win32', join('/l', 'streaming-rag', 'Cache')],
  [
    'Windows without LOCALAPPDATA',
    {},
    'win32',
    join('/home/a', 'AppData', 'Local', 'streaming-rag', 'Cache'),
  ],
  ['a place of its own', { STREAMING_RAG_CACHE: '/own', XDG_CACHE_HOME: '/x' }, 'linux', '/own'],
] as const) {
  it(`should know the cache folder of ${name}`, () => {
    expect(cacheFolder(env, platform, '/home/a')).toBe(expected);
  });
}
