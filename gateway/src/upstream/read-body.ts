import type { IncomingMessage } from 'node:http';
import { createGathering } from './gathering.ts';

const EMPTY = Buffer.alloc(0);

/**
 * Collects the body of a message, once. `undefined` where it broke off, or is longer than the limit: then nothing more of
 * it is read, and nothing is held.
 */
export function readBody(
  message: IncomingMessage,
  maxBytes: number,
  done: (body: Buffer | undefined, isTooLong: boolean) => void,
): void {
  const several = createGathering();
  let only: Buffer | undefined;
  let held = 0;
  let isDone = false;
  const finish = (body: Buffer | undefined, isTooLong = false) => {
    if (isDone) return;
    isDone = true;
    done(body, isTooLong);
  };
  message.on('data', (chunk: Buffer) => {
    if (isDone) return;
    held += chunk.length;
    if (held > maxBytes) {
      several.take(EMPTY);
      only = undefined;
      message.pause();
      finish(undefined, true);
      return;
    }
    if (only === undefined) only = chunk;
    else {
      if (several.length === 0) several.add(only);
      several.add(chunk);
    }
  });
  message.on('end', () => {
    const body = several.length === 0 ? (only ?? EMPTY) : several.take(EMPTY);
    finish(message.complete ? body : undefined);
  });
  message.on('error', () => finish(undefined));
  message.on('close', () => finish(undefined));
}
