import { escapeHtml } from './html.ts';

/**
 * A progress bar as HTML, for a display that is overwritten in place (tslab's `newDisplay()`).
 *
 * @throws RangeError if `done` is not between 0 and `total`.
 */
export function progressBar({ done, total, what }: { done: number; total: number; what: string }): string {
  if (!(done >= 0 && done <= total))
    throw new RangeError(`\`done\` must be from 0 to \`total\` (${total}), got ${done}`);
  return (
    `<progress max="${total}" value="${done}" aria-label="${escapeHtml(what)}"></progress> ` +
    `${done} of ${total} ${escapeHtml(what)}`
  );
}
