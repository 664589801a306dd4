const CR = 0x0d;
const LF = 0x0a;
const SEMICOLON = 0x3b;
const MOST_DIGITS = 8;
/** Of what is not the body, in the whole of an answer: extensions of chunks, and the lines after the last. */
const MOST_EXTRA_BYTES = 16 * 1024;

/** Where in a body of chunks its reader stands; each names what comes next. */
type Place =
  | 'size'
  | 'extension'
  | 'end of size'
  | 'data'
  | 'end of data'
  | 'last of data'
  | 'line'
  | 'within a line'
  | 'end of line'
  | 'last';

/**
 * Reads a body that comes in chunks, wherever the pieces it arrives in are cut. Sizes are hexadecimal digits and nothing
 * else, lines end with CR LF; extensions and the lines after the last chunk are bounded and dropped.
 */
export class ChunkedBody {
  readonly #onData: (piece: Buffer) => void;
  #place: Place = 'size';
  #size = 0;
  #digits = 0;
  #extra = 0;

  constructor(onData: (piece: Buffer) => void) {
    this.#onData = onData;
  }

  /** Takes what came; gives where the body ends in it, -1 where it does not end yet, `undefined` where it is not one. */
  take(bytes: Buffer, from: number): number | undefined {
    let at = from;
    while (at < bytes.length) {
      if (this.#place === 'data') {
        const end = Math.min(bytes.length, at + this.#size);
        this.#size -= end - at;
        if (this.#size === 0) this.#place = 'end of data';
        this.#onData(bytes.subarray(at, end));
        at = end;
      } else {
        const byte = bytes[at++] as number;
        if (this.#place === 'last') return byte === LF ? at : undefined;
        const next = this.#after(byte);
        if (next === undefined) return undefined;
        this.#place = next;
      }
    }
    return -1;
  }

  /** What comes after this byte, which is none of the body's own. */
  #after(byte: number): Place | undefined {
    switch (this.#place) {
      case 'size':
        return this.#inSize(byte);
      case 'extension':
        return byte === CR ? 'end of size' : this.#passed(byte, 'extension');
      case 'end of size':
        return byte !== LF ? undefined : this.#size === 0 ? 'line' : 'data';
      case 'end of data':
        return byte === CR ? 'last of data' : undefined;
      case 'last of data':
        this.#digits = 0;
        return byte === LF ? 'size' : undefined;
      case 'line':
        return byte === CR ? 'last' : this.#passed(byte, 'within a line');
      case 'within a line':
        return byte === CR ? 'end of line' : this.#passed(byte, 'within a line');
      case 'end of line':
        return byte === LF ? 'line' : undefined;
      default:
        return undefined;
    }
  }

  #inSize(byte: number): Place | undefined {
    const digit = digitOf(byte);
    if (digit !== undefined) {
      if (++this.#digits > MOST_DIGITS) return undefined;
      this.#size = this.#size * 16 + digit;
      return 'size';
    }
    if (this.#digits === 0) return undefined;
    return byte === CR ? 'end of size' : byte === SEMICOLON ? 'extension' : undefined;
  }

  #passed(byte: number, place: Place): Place | undefined {
    return byte === LF || byte === 0 || ++this.#extra > MOST_EXTRA_BYTES ? undefined : place;
  }
}

function digitOf(byte: number): number | undefined {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : undefined;
}
