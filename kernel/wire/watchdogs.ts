// What is watched from the I/O thread, because a cell may keep the main thread busy.

const parentPollMs = 1000;
const memoryPollMs = 200;

/** Ends the process within a second when its client was killed, whatever the main thread does. */
export function watchParent(): void {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL');
  }, parentPollMs).unref();
}

export interface MemoryWatch {
  /** The size of the heap at which V8 ends the process. */
  readonly limitBytes: number;
  readonly onFull: (text: string) => void;
}

/** V8 ends a process whose heap is full without a word to its client: this one is said before. */
export function watchMemory({ limitBytes, onFull }: MemoryWatch): void {
  let isTold = false;
  setInterval(() => {
    const isFull = process.memoryUsage.rss() > limitBytes * 0.9;
    if (isFull && !isTold) {
      const gigabytes = (limitBytes / 2 ** 30).toFixed(1);
      onFull(
        `The kernel's memory is nearly full (${gigabytes} GB): when it is, Node ends the kernel, and Jupyter starts it anew.\n`,
      );
    }
    isTold = isFull;
  }, memoryPollMs).unref();
}
