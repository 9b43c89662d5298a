const write = process.stderr.write.bind(process.stderr);

/** Writes to the kernel's own stderr, which Jupyter shows in its log; never into a cell. */
export function log(text: string): void {
  write(`[kernel] ${text}\n`);
}
