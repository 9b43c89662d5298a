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

/** The cell's front end. */
declare const jupyter: {
  /**
   * Shows a value as a cell's last value is shown: by its `[Symbol.for('Jupyter.display')]()` if it has one, else as text.
   * @param options.id a name by which a later call with `update: true` shows something else in the same place
   */
  display(value: unknown, options?: { id?: string; update?: boolean }): Promise<void>;
  /** Empties the cell's output; with `wait` not before something new is there to show. */
  clearOutput(options?: { wait?: boolean }): void;
  /** Shows a value in the front end's pager when the cell has ended; front ends without one leave it out. */
  page(value: unknown): Promise<void>;
  /** Sends a message of the Jupyter protocol to all front ends, as output of this cell. */
  broadcast(
    type: string,
    content: Record<string, unknown>,
    extras?: { metadata?: Record<string, unknown>; buffers?: readonly Uint8Array[] },
  ): Promise<void>;
  /** Names what the front end may open as a comm, a two-way line of messages. */
  registerComm(target: string, opened: (comm: JupyterComm, message: JupyterCommMessage) => void): void;
  /** Opens a comm to a piece of the front end. */
  openComm(
    target: string,
    data?: Record<string, unknown>,
    extras?: { metadata?: Record<string, unknown>; buffers?: readonly Uint8Array[] },
  ): JupyterComm;
};

interface JupyterCommMessage {
  readonly data: Record<string, unknown>;
  readonly metadata: Record<string, unknown>;
  readonly buffers: readonly Uint8Array[];
}

interface JupyterComm {
  readonly id: string;
  readonly target: string;
  send(
    data: Record<string, unknown>,
    extras?: { metadata?: Record<string, unknown>; buffers?: readonly Uint8Array[] },
  ): void;
  close(data?: Record<string, unknown>): void;
  /** Calls `listener` for each message, or once when the front end closes the comm; returns a function that stops it. */
  on(event: 'message' | 'close', listener: (message: JupyterCommMessage) => void): () => void;
}
