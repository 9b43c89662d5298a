// The five sockets of the kernel, on a thread of their own: heartbeat, interrupt and output work while a cell
// keeps the main thread busy, and the first client is answered while the compiler is still loading.
import { setTimeout as wait } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { Reply, Router, XPublisher } from 'zeromq';
import { watchMemory, watchParent } from './watchdogs.ts';
import { breakMainThread } from './break-main-thread.ts';
import { sharedAt, type ChannelName, type FromIo, type IoData, type ToIo } from './io-protocol.ts';
import {
  byteLengthOf,
  decodeMessage,
  encodeMessage,
  newHeader,
  type Content,
  type Message,
} from './message.ts';

const { connection, kernelInfo, session, shared, heapLimitBytes } = workerData as IoData;
const port = parentPort;
if (port === null) throw new Error('io-thread.ts runs as a worker thread');
const state = new Int32Array(shared);

/** A client that stops reading holds the kernel up for so long, and then loses output. */
const stalledClientMs = 10_000;
const lastMessagesMs = 100;
const sockets = {
  shell: new Router({ linger: 1000 }),
  control: new Router({ linger: 1000 }),
  stdin: new Router({ linger: 1000 }),
  iopub: new XPublisher({
    linger: 1000,
    verbosity: 'allSubs',
    noDrop: true,
    sendTimeout: stalledClientMs,
  }),
};
const heartbeat = new Reply({ linger: 0 });
const queues = new Map<ChannelName, Promise<void>>();
/** The cell that was sent last, for what this thread says while the other one is busy. */
let lastCell: Message | undefined;
let mainIsReady = false;
let asked = 0;
let seen = 0;
let breaking: Promise<void> | undefined;

const tell = (message: FromIo): void => port.postMessage(message);

function send(channel: ChannelName, frames: readonly Uint8Array[], countedBytes = 0): void {
  const sent = (queues.get(channel) ?? Promise.resolve()).then(async () => {
    try {
      await sockets[channel].send(frames.map((frame) => Buffer.from(frame)));
    } catch {
      // The client is gone or reads no more: an answer that nobody takes is no reason to end.
    } finally {
      if (countedBytes > 0) {
        Atomics.sub(state, sharedAt.unsentBytes, countedBytes);
        Atomics.notify(state, sharedAt.unsentBytes);
      }
    }
  });
  queues.set(channel, sent);
}

function answer(channel: ChannelName, request: Message, type: string, content: Content): void {
  const { identities, header } = request;
  const rest = { parent_header: header, metadata: {}, buffers: [] };
  const message = { identities, header: newHeader(type, session), content, ...rest };
  send(channel, encodeMessage(connection.key, message));
}

function publish(type: string, content: Content, parent: Message['parent_header'], topic = type): void {
  const message = { identities: [Buffer.from(topic)], header: newHeader(type, session) };
  const frames = encodeMessage(connection.key, {
    ...message,
    parent_header: parent,
    metadata: {},
    content,
    buffers: [],
  });
  send('iopub', frames);
}

function answerHere(channel: ChannelName, request: Message, type: string, content: Content): void {
  publish('status', { execution_state: 'busy' }, request.header);
  answer(channel, request, type, content);
  publish('status', { execution_state: 'idle' }, request.header);
}

/** Asks the main thread for a sign of life; the function that comes back says whether it gave one. */
function ask(kind: 'interrupt' | 'ping'): () => boolean {
  asked += 1;
  const id = asked;
  tell({ kind, id });
  return () => seen >= id;
}

/** One at a time: a second press of the button while the first works asks the main thread again and breaks nothing. */
function interruptMain(): void {
  const isBack = ask('interrupt');
  breaking ??= breakMainThread({
    isBack,
    ping: () => ask('ping'),
    isCompiling: () => Atomics.load(state, sharedAt.isCompiling) === 1,
    runs: () => Atomics.load(state, sharedAt.runs),
  }).finally(() => (breaking = undefined));
}

function receive(channel: ChannelName, request: Message): void {
  const type = request.header.msg_type;
  if (type === 'kernel_info_request' && (channel === 'control' || !mainIsReady)) {
    answerHere(channel, request, 'kernel_info_reply', kernelInfo);
  } else if (type === 'interrupt_request') {
    answerHere(channel, request, 'interrupt_reply', { status: 'ok' });
    interruptMain();
  } else {
    if (type === 'execute_request') lastCell = request;
    tell({ kind: 'message', channel, message: request });
    // A main thread that never comes back to its event loop cannot end by itself.
    if (type === 'shutdown_request') setTimeout(() => process.kill(process.pid, 'SIGKILL'), 3000);
  }
}

async function readRequests(channel: 'shell' | 'control' | 'stdin'): Promise<void> {
  for await (const frames of sockets[channel]) {
    try {
      receive(channel, decodeMessage(connection.key, frames));
    } catch (error) {
      tell({ kind: 'refused', channel, reason: error instanceof Error ? error.message : String(error) });
    }
  }
}

async function welcomeSubscribers(): Promise<void> {
  for await (const [frame] of sockets.iopub) {
    if (frame?.[0] !== 1) continue;
    const subscription = frame.subarray(1).toString();
    publish('iopub_welcome', { subscription }, {}, subscription);
  }
}

async function beat(): Promise<void> {
  for await (const frames of heartbeat) await heartbeat.send(frames);
}

async function close(): Promise<void> {
  await Promise.all(queues.values());
  // ZeroMQ has the last messages by now, but they may not be on their way, and the end of the process would lose them.
  await wait(lastMessagesMs);
  for (const socket of [...Object.values(sockets), heartbeat]) socket.close();
  tell({ kind: 'closed' });
}

watchParent();
watchMemory({
  limitBytes: heapLimitBytes,
  onFull: (text) => publish('stream', { name: 'stderr', text }, lastCell?.header ?? {}),
});

port.on('message', (message: ToIo) => {
  if (message.kind === 'send') send(message.channel, message.frames, byteLengthOf(message.frames));
  else if (message.kind === 'ready') mainIsReady = true;
  else if (message.kind === 'seen') seen = Math.max(seen, message.id);
  else if (message.kind === 'drain') {
    setTimeout(() => tell({ kind: 'drained', id: message.id }), 5);
  } else void close();
});

try {
  const address = (portNumber: number) =>
    connection.transport === 'ipc'
      ? `ipc://${connection.ip}-${portNumber}`
      : `${connection.transport}://${connection.ip}:${portNumber}`;
  await Promise.all([
    sockets.shell.bind(address(connection.shell_port)),
    sockets.control.bind(address(connection.control_port)),
    sockets.stdin.bind(address(connection.stdin_port)),
    sockets.iopub.bind(address(connection.iopub_port)),
    heartbeat.bind(address(connection.hb_port)),
  ]);
  publish('status', { execution_state: 'starting' }, {});
  tell({ kind: 'bound' });
  const readers = [readRequests('shell'), readRequests('control'), readRequests('stdin')];
  await Promise.all([...readers, welcomeSubscribers(), beat()]);
} catch (error) {
  tell({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
}
