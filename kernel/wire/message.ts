import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';

/** https://jupyter-client.readthedocs.io/en/stable/messaging.html#message-header */
export interface Header {
  readonly msg_id: string;
  readonly session: string;
  readonly username: string;
  readonly date: string;
  readonly msg_type: string;
  readonly version: string;
}

export type Content = Record<string, unknown>;

/** One message of the Jupyter protocol, its signature checked and taken off. */
export interface Message {
  /** The routing prefix: who asked, and so to whom an answer goes. */
  readonly identities: readonly Uint8Array[];
  readonly header: Header;
  readonly parent_header: Partial<Header>;
  readonly metadata: Content;
  readonly content: Content;
  readonly buffers: readonly Uint8Array[];
}

/** The kernel's connection file, as the client wrote it. */
export interface Connection {
  readonly transport: string;
  readonly ip: string;
  readonly key: string;
  readonly signature_scheme?: string;
  readonly shell_port: number;
  readonly iopub_port: number;
  readonly stdin_port: number;
  readonly control_port: number;
  readonly hb_port: number;
}

export const protocolVersion = '5.4';
const delimiter = Buffer.from('<IDS|MSG>');

export function newHeader(msgType: string, session: string, username = 'kernel'): Header {
  return {
    msg_id: randomUUID(),
    session,
    username,
    date: new Date().toISOString(),
    msg_type: msgType,
    version: protocolVersion,
  };
}

/** The frames of a message, signed. An empty key means that nothing is signed. */
export function encodeMessage(key: string, message: Message): Buffer[] {
  const parts = [message.header, message.parent_header, message.metadata, message.content].map((part) =>
    Buffer.from(JSON.stringify(part)),
  );
  return [
    ...message.identities.map((identity) => Buffer.from(identity)),
    delimiter,
    Buffer.from(sign(key, parts)),
    ...parts,
    ...message.buffers.map((buffer) => Buffer.from(buffer)),
  ];
}

export function byteLengthOf(frames: readonly Uint8Array[]): number {
  return frames.reduce((sum, frame) => sum + frame.byteLength, 0);
}

/**
 * Reads the frames of a message.
 * @throws an Error that says what is wrong: no delimiter, frames missing, a wrong signature, not JSON, no header.
 */
export function decodeMessage(key: string, frames: readonly Buffer[]): Message {
  const at = frames.findIndex((frame) => frame.equals(delimiter));
  if (at < 0) throw new Error('a message without the delimiter <IDS|MSG>');
  const [signature, ...rest] = frames.slice(at + 1);
  const parts = rest.slice(0, 4);
  if (signature === undefined || parts.length < 4) {
    throw new Error(`a message cut short: ${parts.length} of 4 parts after its signature`);
  }
  const expected = Buffer.from(sign(key, parts));
  if (
    key !== '' &&
    !(expected.length === signature.length && timingSafeEqual(expected, new Uint8Array(signature)))
  ) {
    throw new Error('a message with a wrong signature');
  }
  const [header, parent, metadata, content] = parts.map(readObject);
  if (typeof header?.['msg_type'] !== 'string' || typeof header['msg_id'] !== 'string') {
    throw new Error('a message whose header has no msg_type or no msg_id');
  }
  return {
    identities: frames.slice(0, at),
    header: header as unknown as Header,
    parent_header: parent ?? {},
    metadata: metadata ?? {},
    content: content ?? {},
    buffers: rest.slice(4),
  };
}

function sign(key: string, parts: readonly Buffer[]): string {
  if (key === '') return '';
  const hmac = createHmac('sha256', key);
  for (const part of parts) hmac.update(part);
  return hmac.digest('hex');
}

function readObject(part: Buffer): Content {
  const text = part.toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error(`a message part that is not JSON: ${text.slice(0, 40)}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error(`a message part that is not an object: ${text.slice(0, 40)}`);
  }
  return value as Content;
}
