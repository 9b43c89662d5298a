import { KernelClient } from '../../kernel/client.ts';
import type { SetupFinding } from '../../src/workbook/setup-check.ts';
import type { Checkout } from '../start/checkout.ts';
import { kernelSpec } from '../start/kernel-spec.ts';

const cell =
  "const answer: number = [20, 22].reduce((sum, each) => sum + each);\nconsole.log('answer', answer)";

/** Starts the kernel as a client does, and has it run one cell over its ZeroMQ channels. */
export async function checkKernel({ root, notebooks }: Checkout): Promise<SetupFinding> {
  const name = 'Kernel';
  const level = 'needed';
  const startedMs = performance.now();
  try {
    const { argv, env } = kernelSpec(root);
    const kernel = await KernelClient.start({ argv, cwd: notebooks, env: { ...process.env, ...env } });
    try {
      const startMs = performance.now() - startedMs;
      const { done, outputs } = kernel.execute(cell);
      await done;
      const said = JSON.stringify(outputs.outputs);
      if (!said.includes('answer 42'))
        throw new Error(`a cell that should print 42 gave ${said.slice(0, 300)}`);
      const cellMs = performance.now() - startedMs - startMs;
      const detail = `started in ${startMs.toFixed(0)} ms, ran one cell in ${cellMs.toFixed(0)} ms`;
      return { name, level, ok: true, detail };
    } finally {
      await kernel.shutdown();
    }
  } catch (error) {
    const detail = (error instanceof Error ? error.message : String(error)).slice(0, 400);
    return { name, level, ok: false, detail, mend: 'Run `npm ci`, then `npm run build`.' };
  }
}
