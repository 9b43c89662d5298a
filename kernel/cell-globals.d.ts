// What a cell finds besides Node's own globals. The kernel gives this file to the compiler of the cells.

/**
 * Asks the reader for a line of text in the notebook's front end.
 * @param message what to ask
 * @param options.password shows dots in place of what is typed
 * @throws if the client that runs the cell takes no input
 */
declare function prompt(message?: string, options?: { password?: boolean }): Promise<string>;

/** The same as `prompt`, by Python's name. */
declare function input(message?: string, options?: { password?: boolean }): Promise<string>;
