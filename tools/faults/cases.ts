/** What every layer must make of a fault. */
export interface FaultCase {
  /** As the switchboard reads it; '' for none. */
  readonly fault: string;
  /** `answered`: the whole answer came. Else the kind of the failure. */
  readonly expected: string;
  /** Whether text came before the failure, and must have been kept. */
  readonly keepsText?: boolean;
}

export const faultCases: readonly FaultCase[] = [
  { fault: '', expected: 'answered' },
  { fault: 'unauthorized', expected: 'unauthorized' },
  { fault: 'rate-limited first=2', expected: 'answered' },
  { fault: 'rate-limited retry-after=1 first=1', expected: 'answered' },
  { fault: 'rate-limited retry-after=120', expected: 'rate-limited' },
  { fault: 'internal-error first=2', expected: 'answered' },
  { fault: 'internal-error', expected: 'unavailable' },
  { fault: 'unavailable first=2', expected: 'answered' },
  { fault: 'refused ms=60 first=1', expected: 'answered' },
  { fault: 'stall-headers first=1', expected: 'answered' },
  { fault: 'stall-headers', expected: 'stalled' },
  { fault: 'stall-tokens after=4', expected: 'stalled', keepsText: true },
  { fault: 'cut after=0 first=1', expected: 'answered' },
  { fault: 'cut after=4', expected: 'cut', keepsText: true },
  { fault: 'cut-character after=4', expected: 'cut', keepsText: true },
  { fault: 'malformed after=4', expected: 'malformed', keepsText: true },
  { fault: 'error-event after=4', expected: 'unavailable', keepsText: true },
  { fault: 'no-done', expected: 'answered' },
  // Chat Completions numbers no events: the copy shows as a word said twice.
  { fault: 'duplicate after=4', expected: 'answered' },
  { fault: 'crlf', expected: 'answered' },
  { fault: 'cr', expected: 'answered' },
  { fault: 'bom', expected: 'answered' },
  { fault: 'comments', expected: 'answered' },
  { fault: 'huge', expected: 'answered' },
  { fault: 'drip', expected: 'answered' },
  { fault: 'endless', expected: 'stopped', keepsText: true },
];
