/** Where library code finds the signal of the cell that runs, without importing the kernel. */
const cellSymbol = Symbol.for('streaming-rag.cell');

let controller = new AbortController();

/** Puts the signal of the running cell where libraries look for it. */
export function installCellSignal(): void {
  const cell = {
    get signal(): AbortSignal {
      return controller.signal;
    },
  };
  Object.defineProperty(globalThis, cellSymbol, { value: cell, configurable: true });
}

export function abortCellSignal(reason: Error): void {
  controller.abort(reason);
}

/** A cell that begins after an interrupt gets a new signal. */
export function renewCellSignal(): void {
  if (controller.signal.aborted) controller = new AbortController();
}
