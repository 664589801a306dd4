import type { IncomingMessage } from 'node:http';
import { createGathering, type Gathering } from './gathering.ts';
import type { Answer } from './post.ts';

const EMPTY = Buffer.alloc(0);

/** Takes a body; `undefined` where there is none to be had. */
type Done = (body: Buffer | undefined, isTooLong: boolean) => void;

/**
 * Collects the body of a message, once. `undefined` where it broke off, or is longer than the limit: then nothing more of
 * it is read, and nothing is held.
 */
export function readBody(message: IncomingMessage, maxBytes: number, done: Done): void {
  const reading = new Reading(maxBytes, () => message.pause(), done);
  const broken = () => reading.finish(undefined);
  message.on('data', (chunk: Buffer) => reading.take(chunk, message.headers['content-length']));
  message.on('end', () => reading.end(message.complete));
  message.on('error', broken);
  message.on('close', broken);
}

/** The same for an answer, which is ended where it is too long. */
export function readAnswer(answer: Answer, maxBytes: number, done: Done): void {
  const reading = new Reading(maxBytes, () => answer.destroy(), done);
  answer.read({
    onData: (piece) => reading.take(piece, answer.header('content-length')),
    onEnd: (isWhole) => reading.end(isWhole),
  });
}

/** One is made for each request and each answer, so it is made in one piece; most bodies come in one, too. */
class Reading {
  readonly #maxBytes: number;
  readonly #stop: () => void;
  readonly #done: Done;
  #only: Buffer | undefined;
  #several: Gathering | undefined;
  #held = 0;
  #isDone = false;

  constructor(maxBytes: number, stop: () => void, done: Done) {
    this.#maxBytes = maxBytes;
    this.#stop = stop;
    this.#done = done;
  }

  /** Takes a piece of a body of which this length was said. */
  take(chunk: Buffer, said: string | undefined): void {
    if (this.#isDone) return;
    this.#held += chunk.length;
    if (this.#held > this.#maxBytes) {
      this.#stop();
      this.finish(undefined, true);
    } else if (this.#only === undefined) this.#only = chunk;
    else {
      if (this.#several === undefined) {
        this.#several = createGathering(Number(said ?? 0));
        this.#several.add(this.#only);
      }
      this.#several.add(chunk);
    }
  }

  end(isWhole: boolean): void {
    const body = this.#several?.take(EMPTY) ?? this.#only ?? EMPTY;
    this.finish(isWhole ? body : undefined);
  }

  finish(body: Buffer | undefined, isTooLong = false): void {
    if (this.#isDone) return;
    this.#isDone = true;
    this.#several = undefined;
    this.#only = undefined;
    this.#done(body, isTooLong);
  }
}
