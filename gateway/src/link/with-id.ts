import type { Span } from '../json/scan-frame.ts';

/** A message's own bytes with another id; everything else stays as it came. */
export function withId(line: Buffer, { start, end }: Span, id: string): Buffer {
  const size = Buffer.byteLength(id);
  const message = Buffer.allocUnsafe(line.length - (end - start) + size);
  line.copy(message, 0, 0, start);
  message.write(id, start);
  line.copy(message, start + size, end);
  return message;
}
