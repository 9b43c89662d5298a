import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Fault } from './faults.ts';
import { WireError } from './wire.ts';

/**
 * Faults that happen before the first event: a status in OpenAI's shape, a reset, or silence until the client leaves.
 *
 * @returns whether the request has been dealt with and nothing may be written.
 * @throws WireError for those that are an answer with a status.
 */
export async function meetStatusFault(
  faults: readonly Fault[],
  outgoing: ServerResponse,
  refuseFor: (ms: number) => void,
): Promise<boolean> {
  for (const { name, retryAfter, ms } of faults) {
    if (retryAfter !== undefined) outgoing.setHeader('retry-after', retryAfter);
    switch (name) {
      case 'unauthorized':
        throw new WireError(401, 'The API key is not valid here, on purpose.', { code: 'invalid_api_key' });
      case 'rate-limited':
        throw new WireError(429, 'Too many requests, on purpose.', {
          type: 'rate_limit_error',
          code: 'rate_limit_exceeded',
        });
      case 'internal-error':
        throw new WireError(500, 'The server failed on purpose.', { type: 'server_error' });
      case 'unavailable':
        throw new WireError(503, 'The server is overloaded, on purpose.', { type: 'server_error' });
      case 'refused':
        outgoing.socket?.resetAndDestroy();
        refuseFor(ms ?? 300);
        return true;
      case 'stall-headers':
        if (!outgoing.destroyed) await once(outgoing, 'close');
        return true;
      default:
    }
  }
  return false;
}
