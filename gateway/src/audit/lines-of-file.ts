import { closeSync, openSync, readSync } from 'node:fs';
import { GatewayError } from '../gateway-error.ts';

const CHUNK = 256 * 1024;
/** No record is near this long; a longer line is cut, and so is no record. */
const LONGEST_LINE = 64 * CHUNK;
const NEWLINE = 0x0a;

/** Lines of a file of any size, split at `\n` alone; `-` is standard input. A last line without its end counts. */
export function* linesOfFile(path: string): Generator<string> {
  let rest: Buffer = Buffer.alloc(0);
  for (const chunk of chunksOf(path)) {
    let start = 0;
    // Each line is decoded by itself: large texts that outlive a line would pile up until memory is swept.
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      const line = chunk.subarray(start, end);
      yield (rest.length === 0 ? line : Buffer.concat([rest, line])).toString();
      rest = Buffer.alloc(0);
      start = end + 1;
    }
    rest = Buffer.concat([rest, chunk.subarray(start)]).subarray(0, LONGEST_LINE);
  }
  if (rest.length > 0) yield rest.toString();
}

function* chunksOf(path: string): Generator<Buffer> {
  const file = attempt(path, () => (path === '-' ? 0 : openSync(path, 'r')));
  const buffer = Buffer.alloc(CHUNK);
  try {
    for (;;) {
      const length = attempt(path, () => readPatiently(file, buffer));
      if (length === 0) return;
      yield buffer.subarray(0, length);
    }
  } finally {
    if (file !== 0) closeSync(file);
  }
}

// Standard input may be a pipe that another part of Node made non-blocking: then there is nothing yet, not the end.
function readPatiently(file: number, buffer: Buffer): number {
  for (;;) {
    try {
      return readSync(file, buffer);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

function attempt<Result>(path: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw new GatewayError(
      'audit-unreadable',
      `${path}: cannot be read (${(error as Error).message})`,
      {
        cause: error,
      },
    );
  }
}
