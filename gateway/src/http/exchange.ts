import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RecalledCaller } from '../link/link-options.ts';
import type { Eventually } from '../state/state.ts';
import type { Listener, Via } from '../upstream/upstream.ts';
import type { Held } from './admission.ts';
import type { Backlog } from './backlog.ts';

/** A client that reads slower than a server talks is dropped when so much waits for it. */
const MOST_WAITING_BYTES = 16 * 1024 * 1024;
const MOST_UNREAD_MS = 60_000;

/** Longer answers are not copied into texts. */
const LONG_BYTES = 4_096;

const STREAM_HEADERS = [
  'Content-Type',
  'text/event-stream',
  'Cache-Control',
  'no-cache, no-transform',
  'X-Accel-Buffering',
  'no',
];

/** One request of a client in front, and the one answer or stream it gets. */
export class Exchange implements Listener {
  readonly passedHeaders: readonly string[];
  /** What its client showed of itself. */
  readonly authorization: string | undefined;
  /** Further headers of the answer. */
  headers: string[] = [];
  /** Whether it opens a session, which cannot be cancelled. */
  isOpening = false;
  /** What an answer is sent with unless the server's own status stands. */
  status = 200;
  /** Sees an answer before it goes out. */
  onAnswer: ((message: string | Buffer, status: number) => void) | undefined;
  /** Hears, once, that nothing more can be said here. */
  onOver: ((isAnswered: boolean) => void) | undefined;
  /** What its request holds of the memory there is for requests. */
  held: Held | undefined;
  /** Its caller, while it is not sure that they may still call: until then they are told nothing. */
  recalled: RecalledCaller | undefined;
  readonly #response: ServerResponse;
  readonly #backlog: Backlog | undefined;
  #isStreaming = false;
  #isAnswered = false;
  #isGone = false;
  #isTurnedAway = false;

  constructor(
    request: IncomingMessage,
    response: ServerResponse,
    passedHeaders: readonly string[],
    backlog?: Backlog,
  ) {
    this.passedHeaders = passedHeaders;
    this.authorization = request.headers.authorization;
    this.#backlog = backlog;
    this.#response = response;
    response.on('close', () => {
      this.#isGone = true;
      backlog?.over(this);
      this.#over();
    });
    // A client that closes its half early has still asked; one that resets has left.
    request.on('error', () => {});
    response.on('error', () => {});
  }

  get isOpen(): boolean {
    return !this.#isAnswered && !this.#isGone;
  }

  get isFull(): boolean {
    return this.#response.writableNeedDrain;
  }

  /** What the client has not taken yet. */
  get waitingBytes(): number {
    return this.#response.writableLength;
  }

  /** Ends it at once; the client may come back. */
  drop(): void {
    this.#response.destroy();
  }

  onGone(end: () => void): void {
    this.#response.once('close', end);
  }

  onDrain(resume: () => void): void {
    this.#response.once('drain', resume);
    this.#response.once('close', resume);
  }

  /** Lets somebody in who was only recalled. `lookUp` answers them itself where they may not call any more. */
  recall(tokenHash: string, lookUp: () => Eventually<boolean>): void {
    const settle = (mayCall: boolean) => {
      this.recalled = undefined;
      this.#isTurnedAway = !mayCall;
      return mayCall;
    };
    this.recalled = {
      tokenHash,
      lookUp() {
        const found = lookUp();
        return found instanceof Promise ? found.then(settle) : settle(found);
      },
      wasRecorded: () => void settle(true),
    };
  }

  /** The answer: a body of its own, or the last event of a stream. False where nobody takes it. */
  answer(message: string | Buffer, via: Via | undefined): boolean {
    if (!this.isOpen) return false;
    if (this.recalled !== undefined) return this.#answerIfAllowed(message, via, this.recalled);
    if (this.#isTurnedAway) {
      this.#isAnswered = true;
      return true;
    }
    const status = via?.status ?? this.status;
    this.onAnswer?.(message, status);
    this.#isAnswered = true;
    if (this.#isStreaming || via?.isStream === true) {
      this.#begin();
      this.#response.end(asEvent(message, via?.eventId));
      this.#expectReading(message.length);
      return true;
    }
    const length = typeof message === 'string' ? Buffer.byteLength(message) : message.length;
    const head = ['Content-Type', 'application/json', 'Content-Length', String(length)];
    if (this.headers.length > 0) head.push(...this.headers);
    this.#response.writeHead(status, head);
    // As a text of single bytes it leaves in one piece with its head; of long ones the copies cost more than a second piece.
    if (typeof message === 'string' || length > LONG_BYTES) this.#response.end(message);
    else this.#response.end(message.toString('latin1'), 'latin1');
    this.#expectReading(length);
    return true;
  }

  /** Nothing was recorded, so nobody has found out yet whether they may be answered at all. */
  #answerIfAllowed(message: string | Buffer, via: Via | undefined, caller: RecalledCaller) {
    const found = caller.lookUp();
    if (!(found instanceof Promise)) return this.answer(message, via);
    const kept = typeof message === 'string' ? message : Buffer.from(message);
    void found.then(() => this.answer(kept, via));
    return true;
  }

  /** An event before the answer, or one on a stream that has none. */
  event(message: string | Buffer, eventId: string | undefined): boolean {
    if (!this.isOpen || this.recalled !== undefined) return false;
    this.#begin();
    this.#response.write(asEvent(message, eventId));
    if (this.#response.writableLength > MOST_WAITING_BYTES) this.#response.destroy();
    else this.#backlog?.wrote(this, message.length);
    return true;
  }

  streaming(): void {
    // Headers go with the first event where one comes at once.
    setImmediate(() => {
      if (!this.isOpen || this.#isStreaming) return;
      this.#begin();
      this.#response.flushHeaders();
    });
  }

  mark(eventId: string | undefined, retry: number | undefined): void {
    if (!this.isOpen) return;
    this.#begin();
    const lines = [
      eventId === undefined ? '' : `id: ${oneLine(eventId)}\n`,
      retry === undefined ? '' : `retry: ${retry}\n`,
    ];
    this.#response.write(`${lines.join('')}data: \n\n`);
  }

  /** Keeps what stands between from closing a silent stream. */
  ping(): void {
    if (this.isOpen && this.#isStreaming) this.#response.write(':\n\n');
  }

  ended(): void {
    if (!this.isOpen) return;
    if (this.recalled !== undefined) {
      this.drop();
      return;
    }
    this.#begin();
    this.#isAnswered = true;
    this.#response.end();
  }

  refused(status: number) {
    if (!this.isOpen) return;
    this.#isAnswered = true;
    if (this.#isStreaming) return void this.#response.end();
    this.#response.writeHead(status, ['Content-Length', '0', ...this.headers]).end();
  }

  /** Whoever takes nothing of the rest of an answer for a minute will not take it at all. */
  #expectReading(bytes: number) {
    if (this.#response.writableLength === 0) return;
    this.#backlog?.wrote(this, bytes);
    this.#response.setTimeout(MOST_UNREAD_MS, () => this.#response.destroy());
  }

  #begin() {
    if (this.#isStreaming) return;
    this.#isStreaming = true;
    this.#response.writeHead(200, [...STREAM_HEADERS, ...this.headers]);
  }

  #over() {
    const { onOver } = this;
    this.onOver = undefined;
    onOver?.(this.#isAnswered);
  }
}

const DATA = Buffer.from('data: ');
const END = Buffer.from('\n\n');

function asEvent(message: string | Buffer, eventId: string | undefined): string | Buffer {
  const head = eventId === undefined ? '' : `id: ${oneLine(eventId)}\n`;
  if (typeof message === 'string') return `${head}event: message\ndata: ${message}\n\n`;
  const body = message.at(-1) === 0x0a ? message.subarray(0, -1) : message;
  // A message printed over several lines is several lines of data.
  const lines = body.includes(0x0a)
    ? Buffer.from(body.toString().replaceAll('\n', '\ndata: '))
    : body;
  return Buffer.concat([Buffer.from(`${head}event: message\n`), DATA, lines, END]);
}

const oneLine = (text: string) => text.replace(/[\r\n\0]/g, '');
