import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';

const at = (path: string) => JSON.stringify(new URL(`../../src/${path}`, import.meta.url).href);

/** Runs a module with a small heap: what keeps too much alive ends with the process. */
function runWithHeap(megabytes: number, script: string): { status: number | null; stdout: string } {
  const args = [`--max-old-space-size=${megabytes}`, '--input-type=module', '-e', script];
  return spawnSync(process.execPath, args, { encoding: 'utf8' });
}

describe('memory', () => {
  it.each(['The sea rises and falls twice a day. ', '潮汐是海水的周期性涨落现象。'])(
    'should keep a chunk of a stream without the piece that it came from: %s',
    (sentence) => {
      const script = `
        const { recursiveChunker } = await import(${at('chunking/recursive-chunker.ts')});
        function* pieces() {
          for (let index = 0; index < 2_000; index += 1) yield ${JSON.stringify(sentence)}.repeat(2_000);
        }
        const kept = [];
        for await (const chunk of recursiveChunker({ size: 1_000 }).chunk({ id: 'a', pieces: pieces() }))
          if (chunk.index % 50 === 0) kept.push(chunk);
        console.log(kept.length > 1_000 && kept.every((chunk) => chunk.text.length <= 1_000));`;
      // Kept with their pieces, the chunks would hold some 100 MB.
      expect(runWithHeap(40, script)).toMatchObject({ status: 0, stdout: 'true\n' });
    },
  );
});
