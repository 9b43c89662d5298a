/** What `process.exit()` throws in a cell. */
export class ProcessExitError extends Error {
  override readonly name = 'ProcessExitError';

  constructor(code: number | string | null | undefined) {
    super(
      `process.exit(${code ?? ''}) would end the kernel and lose all variables. ` +
        'To start anew, choose «Restart Kernel» from the Kernel menu',
    );
  }
}

/** From now on code in cells cannot end the kernel by `process.exit()`; returns the function that does. */
export function guardProcessExit(): (code: number) => never {
  const exit = process.exit.bind(process);
  process.exit = (code): never => {
    throw new ProcessExitError(code);
  };
  return exit;
}
