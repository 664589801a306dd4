import { type AnswerHead, framingOf, keptMs, readHead } from './answer-head.ts';
import { ChunkedBody } from './chunked-body.ts';

/** What an answer is told by. None of these may read further of it. */
export type AnswerEvents = {
  onHead(head: AnswerHead): void;
  onData(piece: Buffer): void;
};

/** As Node has it: the first lines of an answer, and of all the interim ones before it. */
const MOST_HEAD_BYTES = 16 * 1024;
const HEAD_END = Buffer.from('\r\n\r\n');

/** Reads one answer from the bytes of a connection, wherever they are cut. */
export class AnswerReader {
  readonly #events: AnswerEvents;
  /** `broken`: what came is no answer of HTTP/1.1, or its connection is of no use any more. */
  state: 'head' | 'body' | 'whole' | 'broken' = 'head';
  /** How long the server keeps the connection: 0 where it does not. */
  keptMs: number | undefined = 0;
  #heldHead: Buffer | undefined;
  #held = 0;
  #headBytes = 0;
  /** What is to come of a body of known length. */
  #left = 0;
  #chunks: ChunkedBody | undefined;
  #isToEnd = false;

  constructor(events: AnswerEvents) {
    this.#events = events;
  }

  /** Takes what came; how much of it was this answer's shows once it is whole. */
  take(bytes: Buffer): number {
    let at = 0;
    while (this.state === 'head' && at < bytes.length) at = this.#takeHead(bytes, at);
    return this.state === 'body' ? this.#takeBody(bytes, at) : at;
  }

  /** Hears that nothing more will come. */
  end(): void {
    this.state = this.state === 'body' && this.#isToEnd ? 'whole' : 'broken';
  }

  #takeHead(bytes: Buffer, from: number): number {
    if (this.#heldHead === undefined) {
      const end = bytes.indexOf(HEAD_END, from);
      if (end !== -1) {
        this.#head(bytes.toString('latin1', from, end), end + HEAD_END.length - from);
        return end + HEAD_END.length;
      }
      this.#heldHead = Buffer.allocUnsafe(MOST_HEAD_BYTES);
      this.#held = 0;
    }
    const held = this.#heldHead;
    const before = this.#held;
    this.#held += bytes.copy(held, before, from);
    // What was looked at is not looked at again, however small the pieces are.
    const end = held.subarray(0, this.#held).indexOf(HEAD_END, Math.max(0, before - 3));
    if (end === -1) {
      if (this.#headBytes + this.#held >= MOST_HEAD_BYTES) this.state = 'broken';
      return bytes.length;
    }
    this.#heldHead = undefined;
    this.#head(held.toString('latin1', 0, end), end + HEAD_END.length);
    return from + end + HEAD_END.length - before;
  }

  #head(text: string, length: number): void {
    this.#headBytes += length;
    const head = this.#headBytes > MOST_HEAD_BYTES ? undefined : readHead(text);
    // Nobody asked to speak something else, so no answer can begin to.
    const isBroken = head === undefined || head.status === 101;
    if (!isBroken && head.status < 200) return;
    const framing = isBroken ? undefined : framingOf(head);
    if (isBroken || framing === undefined) {
      this.state = 'broken';
      return;
    }
    this.keptMs = framing.kind === 'end' ? 0 : keptMs(head);
    this.state = 'body';
    if (framing.kind === 'chunks')
      this.#chunks = new ChunkedBody((piece) => this.#events.onData(piece));
    else if (framing.kind === 'length') this.#left = framing.bytes;
    else this.#isToEnd = true;
    this.#events.onHead(head);
    if (framing.kind === 'length' && framing.bytes === 0) this.state = 'whole';
  }

  #takeBody(bytes: Buffer, from: number): number {
    if (this.#chunks !== undefined) {
      const end = this.#chunks.take(bytes, from);
      if (end === undefined) this.state = 'broken';
      else if (end !== -1) this.state = 'whole';
      return end === undefined || end === -1 ? bytes.length : end;
    }
    if (from === bytes.length) return from;
    const end = this.#isToEnd ? bytes.length : Math.min(bytes.length, from + this.#left);
    this.#left -= end - from;
    this.#events.onData(bytes.subarray(from, end));
    if (!this.#isToEnd && this.#left === 0) this.state = 'whole';
    return end;
  }
}
