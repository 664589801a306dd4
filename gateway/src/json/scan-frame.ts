/** A top-level field of a message: where its value stands in the bytes. */
export type Span = { start: number; end: number };

/** The top level of a message whose inside was not parsed. */
export type ScannedFrame = { fields: Map<string, Span> };

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
// Long strings are searched natively, short ones are stepped through: a native call costs as much as 50 steps.
const STEPS = 48;

/**
 * Finds the top-level fields of one JSON object without building anything: a result of 20 kB costs microseconds.
 * `undefined` where the bytes are not exactly one object, where a key stands twice or is written with escapes, or
 * where brackets do not match: nobody can then be led to read other fields than we do.
 */
export function scanFrame(bytes: Buffer): ScannedFrame | undefined {
  const fields = new Map<string, Span>();
  let at = skipSpace(bytes, 0);
  if (bytes[at] !== 0x7b) return undefined;
  at = skipSpace(bytes, at + 1);
  if (bytes[at] === 0x7d) return endsHere(bytes, at + 1) ? { fields } : undefined;
  for (;;) {
    if (bytes[at] !== QUOTE) return undefined;
    const keyEnd = endOfString(bytes, at);
    if (keyEnd === -1) return undefined;
    const key = bytes.toString('latin1', at + 1, keyEnd);
    if (key.includes('\\') || fields.has(key)) return undefined;
    at = skipSpace(bytes, keyEnd + 1);
    if (bytes[at] !== 0x3a) return undefined;
    const start = skipSpace(bytes, at + 1);
    const end = endOfValue(bytes, start);
    if (end === -1) return undefined;
    fields.set(key, { start, end });
    at = skipSpace(bytes, end);
    if (bytes[at] === 0x7d) return endsHere(bytes, at + 1) ? { fields } : undefined;
    if (bytes[at] !== 0x2c) return undefined;
    at = skipSpace(bytes, at + 1);
  }
}

function skipSpace(bytes: Buffer, from: number): number {
  let at = from;
  for (;;) {
    const byte = bytes[at];
    if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0d && byte !== 0x0a) return at;
    at++;
  }
}

function endsHere(bytes: Buffer, from: number): boolean {
  return skipSpace(bytes, from) === bytes.length;
}

function endOfString(bytes: Buffer, start: number): number {
  let at = start + 1;
  const nearby = Math.min(bytes.length, at + STEPS);
  for (; at < nearby; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) return at;
    if (byte === BACKSLASH) at++;
  }
  // A step over a backslash may have gone past the mark, never past a quote that ends the string.
  for (;;) {
    at = bytes.indexOf(QUOTE, at);
    if (at === -1) return -1;
    let slashes = 0;
    while (bytes[at - 1 - slashes] === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return at;
    at++;
  }
}

const MAX_DEPTH = 512;

/** One past the end of the value that starts here; -1 where there is none. */
function endOfValue(bytes: Buffer, start: number): number {
  const first = bytes[start];
  if (first === QUOTE) {
    const end = endOfString(bytes, start);
    return end === -1 ? -1 : end + 1;
  }
  if (first !== 0x7b && first !== 0x5b) return endOfScalar(bytes, start);
  const open: number[] = [];
  for (let at = start; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      at = endOfString(bytes, at);
      if (at === -1) return -1;
    } else if (byte === 0x7b || byte === 0x5b) {
      if (open.length === MAX_DEPTH) return -1;
      open.push(byte + 2);
    } else if (byte === 0x7d || byte === 0x5d) {
      if (open.pop() !== byte) return -1;
      if (open.length === 0) return at + 1;
    }
  }
  return -1;
}

function endOfScalar(bytes: Buffer, start: number): number {
  let at = start;
  for (; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    const isPart =
      (byte >= 0x30 && byte <= 0x39) ||
      (byte >= 0x61 && byte <= 0x7a) ||
      byte === 0x2d ||
      byte === 0x2b ||
      byte === 0x2e ||
      byte === 0x45;
    if (!isPart) break;
  }
  return at === start ? -1 : at;
}
