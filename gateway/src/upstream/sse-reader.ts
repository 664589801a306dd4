/** One event of a stream, as the standard reads it. Data is bytes: most of it is passed on as it came. */
export type SseEvent = { data: Buffer; id?: string; retry?: number };

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
  let rest: Buffer = EMPTY;
  let searched = 0;
  let data: Buffer[] = [];
  let held = 0;
  let id: string | undefined;
  let retry: number | undefined;
  let isFirst = true;
  let skipsLf = false;
  let isBroken = false;

  const field = (line: Buffer) => {
    const colon = line.indexOf(COLON);
    if (colon === 0) return;
    const name = line.toString('latin1', 0, colon === -1 ? line.length : colon);
    const start = colon === -1 ? line.length : line[colon + 1] === SPACE ? colon + 2 : colon + 1;
    if (name === 'data') {
      const value = line.subarray(start);
      data.push(value);
      held += value.length + 1;
    } else if (name === 'id') {
      const value = line.toString('utf8', start);
      if (!value.includes('\0')) id = value;
    } else if (name === 'retry') {
      const value = line.toString('latin1', start);
      if (/^\d{1,15}$/.test(value)) retry = Math.min(Number(value), MAX_RETRY_MS);
    }
  };
  const dispatch = () => {
    if (data.length > 0 || id !== undefined || retry !== undefined) {
      const whole = data.length === 1 ? (data[0] as Buffer) : joined(data);
      onEvent({
        data: whole,
        ...(id !== undefined && { id }),
        ...(retry !== undefined && { retry }),
      });
    }
    data = [];
    held = 0;
    id = undefined;
    retry = undefined;
  };

  return (chunk) => {
    if (isBroken) return;
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let start = 0;
    let from = searched;
    if (skipsLf && bytes.length > 0) {
      if (bytes[0] === LF) start = from = 1;
      skipsLf = false;
    }
    for (;;) {
      const end = lineEnd(bytes, from);
      if (end === -1) break;
      let line = bytes.subarray(start, end);
      if (isFirst && line.indexOf(BOM) === 0) line = line.subarray(BOM.length);
      isFirst = false;
      start = end + 1;
      if (bytes[end] === CR) {
        if (start === bytes.length) skipsLf = true;
        else if (bytes[start] === LF) start++;
      }
      from = start;
      if (line.length === 0) dispatch();
      else field(line);
    }
    rest = start === bytes.length ? EMPTY : bytes.subarray(start);
    searched = rest.length;
    if (held + rest.length > maxBytes) {
      isBroken = true;
      rest = EMPTY;
      data = [];
      onOverlong();
    }
  };
}

function lineEnd(bytes: Buffer, from: number): number {
  const lf = bytes.indexOf(LF, from);
  const cr = (lf === -1 ? bytes : bytes.subarray(0, lf)).indexOf(CR, from);
  return cr === -1 ? lf : cr;
}

function joined(lines: Buffer[]): Buffer {
  if (lines.length === 0) return EMPTY;
  return Buffer.concat(lines.flatMap((line, index) => (index === 0 ? [line] : [NEWLINE, line])));
}
