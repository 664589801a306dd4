import type { IncomingMessage } from 'node:http';
import { createGathering, type Gathering } from './gathering.ts';

const EMPTY = Buffer.alloc(0);

/** Takes a body; `undefined` where there is none to be had. */
type Done = (body: Buffer | undefined, isTooLong: boolean) => void;

/**
 * Collects the body of a message, once. `undefined` where it broke off, or is longer than the limit: then nothing more of
 * it is read, and nothing is held.
 */
export function readBody(message: IncomingMessage, maxBytes: number, done: Done): void {
  const reading = new Reading(message, maxBytes, done);
  const broken = () => reading.finish(undefined);
  message.on('data', (chunk: Buffer) => reading.take(chunk));
  message.on('end', () => reading.end());
  message.on('error', broken);
  message.on('close', broken);
}

/** One is made for each request and each answer, so it is made in one piece; most bodies come in one, too. */
class Reading {
  readonly #message: IncomingMessage;
  readonly #maxBytes: number;
  readonly #done: Done;
  #only: Buffer | undefined;
  #several: Gathering | undefined;
  #held = 0;
  #isDone = false;

  constructor(message: IncomingMessage, maxBytes: number, done: Done) {
    this.#message = message;
    this.#maxBytes = maxBytes;
    this.#done = done;
  }

  take(chunk: Buffer): void {
    if (this.#isDone) return;
    this.#held += chunk.length;
    if (this.#held > this.#maxBytes) {
      this.#message.pause();
      this.finish(undefined, true);
    } else if (this.#only === undefined) this.#only = chunk;
    else {
      if (this.#several === undefined) {
        this.#several = createGathering(Number(this.#message.headers['content-length'] ?? 0));
        this.#several.add(this.#only);
      }
      this.#several.add(chunk);
    }
  }

  end(): void {
    const body = this.#several?.take(EMPTY) ?? this.#only ?? EMPTY;
    this.finish(this.#message.complete ? body : undefined);
  }

  finish(body: Buffer | undefined, isTooLong = false): void {
    if (this.#isDone) return;
    this.#isDone = true;
    this.#several = undefined;
    this.#only = undefined;
    this.#done(body, isTooLong);
  }
}
