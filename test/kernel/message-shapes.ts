import type { Message } from '../../kernel/wire/message.ts';

/** A key of a message's content and what its value must be; a `?` after the key lets it be left out. */
type Shape = Readonly<Record<string, (value: unknown) => boolean>>;

const isString = (value: unknown) => typeof value === 'string';
const isBoolean = (value: unknown) => typeof value === 'boolean';
const isCount = (value: unknown) => Number.isSafeInteger(value) && Number(value) >= 0;
const isObject = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);
const isList = (of: (value: unknown) => boolean) => (value: unknown) =>
  Array.isArray(value) && value.every(of);
const isOneOf =
  (...values: readonly string[]) =>
  (value: unknown) =>
    values.includes(String(value));

const replyStatus = isOneOf('ok', 'error', 'aborted');
const error = { ename: isString, evalue: isString, traceback: isList(isString) };
const bundle = {
  data: (value: unknown) =>
    isObject(value) && Object.keys(value as object).every((mime) => mime.includes('/')),
  metadata: isObject,
};
const display = { ...bundle, 'transient?': isObject };

/** The messages of a kernel: https://jupyter-client.readthedocs.io/en/stable/messaging.html (5.4). */
const shapes: Readonly<Record<string, Shape>> = {
  status: { execution_state: isOneOf('busy', 'idle', 'starting') },
  stream: { name: isOneOf('stdout', 'stderr'), text: isString },
  display_data: display,
  update_display_data: display,
  execute_result: { ...bundle, execution_count: isCount },
  execute_input: { code: isString, execution_count: isCount },
  error,
  clear_output: { wait: isBoolean },
  iopub_welcome: { subscription: isString },
  comm_open: { comm_id: isString, target_name: isString, data: isObject },
  comm_msg: { comm_id: isString, data: isObject },
  comm_close: { comm_id: isString, data: isObject },
  input_request: { prompt: isString, password: isBoolean },
  'execute_reply ok': {
    status: replyStatus,
    execution_count: isCount,
    user_expressions: isObject,
    payload: isList(isObject),
  },
  'execute_reply error': { status: replyStatus, execution_count: isCount, ...error },
  'execute_reply aborted': { status: replyStatus },
  'complete_reply ok': {
    status: replyStatus,
    matches: isList(isString),
    cursor_start: isCount,
    cursor_end: isCount,
    metadata: isObject,
  },
  'inspect_reply ok': { status: replyStatus, found: isBoolean, data: isObject, metadata: isObject },
  'history_reply ok': {
    status: replyStatus,
    history: isList((entry) => Array.isArray(entry) && entry.length === 3),
  },
  is_complete_reply: {
    status: isOneOf('complete', 'incomplete', 'invalid', 'unknown'),
    'indent?': isString,
  },
  'comm_info_reply ok': { status: replyStatus, comms: isObject },
  'kernel_info_reply ok': {
    status: replyStatus,
    protocol_version: (value) => /^\d+\.\d+$/.test(String(value)),
    implementation: isString,
    implementation_version: isString,
    language_info: (value) =>
      isObject(value) &&
      ['name', 'version', 'mimetype', 'file_extension', 'codemirror_mode', 'pygments_lexer'].every((key) =>
        isString((value as Record<string, unknown>)[key]),
      ),
    banner: isString,
    help_links: isList((link) => isObject(link) && isString((link as { text?: unknown }).text)),
    'debugger?': isBoolean,
    'supported_features?': isList(isString),
  },
  'shutdown_reply ok': { status: replyStatus, restart: isBoolean },
  'interrupt_reply ok': { status: replyStatus },
};

/** What of a kernel's message is not as the protocol says; empty if nothing is. */
export function violationsOf(channel: string, { header, parent_header, content }: Message): string[] {
  const type = header.msg_type;
  const shape = shapes[type] ?? shapes[`${type} ${String(content['status'])}`];
  if (shape === undefined) return [`unknown ${type} with status ${String(content['status'])}`];
  const found: string[] = [];
  for (const [key, isGood] of Object.entries(shape)) {
    const name = key.replace('?', '');
    const value = content[name];
    if (!(key.endsWith('?') && value === undefined) && !isGood(value)) {
      found.push(`${type}.${name} is ${JSON.stringify(value)}`);
    }
  }
  const headerKeys = ['msg_id', 'session', 'username', 'date', 'msg_type', 'version'] as const;
  for (const key of headerKeys) if (!isString(header[key])) found.push(`${type}: no ${key} in the header`);
  if (Number.isNaN(Date.parse(header.date))) found.push(`${type}: its date is ${header.date}`);
  const isUnasked = ['iopub_welcome', 'comm_open', 'comm_msg', 'comm_close'].includes(type);
  const isFirst = type === 'status' && content['execution_state'] === 'starting';
  if (!isUnasked && !isFirst && !isString(parent_header.msg_id)) found.push(`${type} has no parent`);
  if (
    (channel === 'iopub') === type.endsWith('_reply') &&
    type !== 'shutdown_reply' &&
    type !== 'input_request'
  ) {
    found.push(`${type} on the ${channel} channel`);
  }
  return found;
}
