/** Why a source could not be loaded. */
export type DocumentErrorCode =
  | 'not-found'
  | 'permission'
  | 'not-a-file'
  | 'too-large'
  | 'too-many'
  | 'loop'
  | 'changed'
  | 'encoding'
  | 'format'
  | 'unsupported'
  | 'network'
  | 'unreadable';

/** One source that could not be loaded. `cause` holds what the system or the parser said. */
export class DocumentError extends Error {
  override readonly name = 'DocumentError';
  readonly code: DocumentErrorCode;
  /** Path or URL. */
  readonly path: string;
  /** Byte of the source at which it went wrong, where one is known. */
  readonly offset: number | undefined;

  constructor(
    code: DocumentErrorCode,
    path: string,
    message: string,
    { offset, ...options }: ErrorOptions & { readonly offset?: number } = {},
  ) {
    super(message, options);
    this.code = code;
    this.path = path;
    this.offset = offset;
  }
}

/** For callers that need at least one document and got none. */
export class NothingFoundError extends Error {
  override readonly name = 'NothingFoundError';
  /** What was asked for. */
  readonly sources: readonly string[];

  constructor(sources: readonly string[], options?: ErrorOptions) {
    super(`Nothing to load was found in ${sources.map((source) => `'${source}'`).join(', ')}`, options);
    this.sources = sources;
  }
}

/** Turns what `node:fs` throws into a DocumentError that says what to do. */
export function documentErrorOf(error: unknown, path: string): DocumentError {
  if (error instanceof DocumentError) return error;
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return new DocumentError('not-found', path, `'${path}' does not exist`, { cause: error });
  if (code === 'EACCES' || code === 'EPERM')
    return new DocumentError('permission', path, `'${path}' may not be read by this user`, { cause: error });
  if (code === 'ELOOP')
    return new DocumentError('loop', path, `'${path}' is a symbolic link that leads back to itself`, {
      cause: error,
    });
  if (code === 'ENAMETOOLONG')
    return new DocumentError('not-found', path, `The path is longer than the system allows`, {
      cause: error,
    });
  const message = error instanceof Error ? error.message : String(error);
  return new DocumentError('unreadable', path, `'${path}' could not be read: ${message}`, { cause: error });
}
