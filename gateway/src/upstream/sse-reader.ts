import { createGathering } from './gathering.ts';

/** One event of a stream, as the standard reads it. Data is bytes: most of it is passed on as it came. */
export type SseEvent = { data: Buffer; name?: string; id?: string; retry?: number };

const LF = 0x0a;
const CR = 0x0d;
const COLON = 0x3a;
const SPACE = 0x20;
const EMPTY = Buffer.alloc(0);
const BOM = Buffer.from([0xef, 0xbb, 0xbf]);
const NEWLINE = Buffer.from('\n');
/** A client that believed a longer pause would never come back. */
const MAX_RETRY_MS = 86_400_000;

/**
 * Cuts a stream of chunks into events by the rules of server-sent events: any of the three line ends, comments, data
 * over several lines, a mark at the start. An event larger than the limit is reported once, and nothing more is read.
 */
export function createSseReader(
  onEvent: (event: SseEvent) => void,
  onOverlong: () => void,
  maxBytes: number,
): (chunk: Buffer) => void {
  /** The beginning of a line whose end has not come. */
  const rest = createGathering();
  let first: Buffer = EMPTY;
  /** The data of an event that has several lines of it. */
  const data = createGathering();
  let lines = 0;
  let held = 0;
  let name: string | undefined;
  let id: string | undefined;
  let retry: number | undefined;
  let isFirst = true;
  let skipsLf = false;
  let isBroken = false;

  const field = (line: Buffer) => {
    const colon = line.indexOf(COLON);
    if (colon === 0) return;
    const key = line.toString('latin1', 0, colon === -1 ? line.length : colon);
    const start = colon === -1 ? line.length : line[colon + 1] === SPACE ? colon + 2 : colon + 1;
    if (key === 'data') {
      const value = line.subarray(start);
      if (lines === 0) first = value;
      else {
        if (lines === 1) data.add(first);
        data.add(NEWLINE);
        data.add(value);
      }
      lines++;
      held += value.length + 1;
    } else if (key === 'event') {
      name = line.toString('utf8', start);
    } else if (key === 'id') {
      const value = line.toString('utf8', start);
      if (!value.includes('\0')) id = value;
    } else if (key === 'retry') {
      const value = line.toString('latin1', start);
      if (/^\d{1,15}$/.test(value)) retry = Math.min(Number(value), MAX_RETRY_MS);
    }
  };
  const dispatch = () => {
    if (lines > 0 || id !== undefined || retry !== undefined) {
      const whole = lines > 1 ? data.take(EMPTY) : first;
      onEvent({
        data: whole,
        ...(name !== undefined && { name }),
        ...(id !== undefined && { id }),
        ...(retry !== undefined && { retry }),
      });
    }
    first = EMPTY;
    lines = 0;
    held = 0;
    name = undefined;
    id = undefined;
    retry = undefined;
  };

  return (chunk) => {
    if (isBroken) return;
    let start = 0;
    if (skipsLf && chunk.length > 0) {
      if (chunk[0] === LF) start = 1;
      skipsLf = false;
    }
    for (;;) {
      const end = lineEnd(chunk, start);
      if (end === -1) break;
      let line = rest.take(chunk.subarray(start, end));
      if (isFirst && line.indexOf(BOM) === 0) line = line.subarray(BOM.length);
      isFirst = false;
      start = end + 1;
      if (chunk[end] === CR) {
        if (start === chunk.length) skipsLf = true;
        else if (chunk[start] === LF) start++;
      }
      if (line.length === 0) dispatch();
      else field(line);
    }
    if (start < chunk.length) rest.add(chunk.subarray(start));
    if (held + rest.length > maxBytes) {
      isBroken = true;
      rest.take(EMPTY);
      data.take(EMPTY);
      onOverlong();
    }
  };
}

function lineEnd(bytes: Buffer, from: number): number {
  const lf = bytes.indexOf(LF, from);
  const cr = (lf === -1 ? bytes : bytes.subarray(0, lf)).indexOf(CR, from);
  return cr === -1 ? lf : cr;
}
