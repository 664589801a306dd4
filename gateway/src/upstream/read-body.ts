import type { IncomingMessage } from 'node:http';

/**
 * Collects the body of a message, once. `undefined` where it broke off, or is longer than the limit: then nothing more of
 * it is read, and nothing is held.
 */
export function readBody(
  message: IncomingMessage,
  maxBytes: number,
  done: (body: Buffer | undefined, isTooLong: boolean) => void,
): void {
  let chunks: Buffer[] | undefined;
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
      chunks = undefined;
      only = undefined;
      message.pause();
      finish(undefined, true);
      return;
    }
    if (only === undefined) only = chunk;
    else if (chunks === undefined) chunks = [only, chunk];
    else chunks.push(chunk);
  });
  message.on('end', () => {
    const body = chunks === undefined ? (only ?? Buffer.alloc(0)) : Buffer.concat(chunks, held);
    finish(message.complete ? body : undefined);
  });
  message.on('error', () => finish(undefined));
  message.on('close', () => finish(undefined));
}
