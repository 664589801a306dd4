import type { Span } from '../json/scan-frame.ts';

const NEWLINE = 0x0a;

/** A message's own bytes with another id, as a line with its end; everything else stays as it came. */
export function withId(line: Buffer, { start, end }: Span, id: string): Buffer {
  const size = Buffer.byteLength(id);
  const message = Buffer.allocUnsafe(line.length - (end - start) + size + 1);
  line.copy(message, 0, 0, start);
  message.write(id, start);
  line.copy(message, start + size, end);
  message[message.length - 1] = NEWLINE;
  return message;
}
