/** A start that cannot go on. The message is for the reader of the terminal: what is wrong, and what to do. */
export class StartError extends Error {
  override readonly name = 'StartError';
}
