import type { Readable } from 'node:stream';

/** Past this many times the limit a stream is read no further, so that its writer blocks instead of keeping us busy. */
const READ_ON = 10;

/** Keeps the beginning and the end of a stream, each at most half of a limit. */
export class BoundedOutput {
  private head = '';
  private tail = '';
  private readonly limit: number;
  private seen = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  /** Follows a stream until it ends or has given ten times the limit. */
  follow(stream: Readable): void {
    stream.on('data', (chunk: Buffer) => {
      this.add(chunk);
      if (this.seen > this.limit * READ_ON) stream.pause();
    });
  }

  add(chunk: Buffer): void {
    this.seen += chunk.length;
    const half = this.limit / 2;
    const text = chunk.toString('utf8');
    const room = Math.max(half - this.head.length, 0);
    this.head += text.slice(0, room);
    this.tail = (this.tail + text.slice(room)).slice(-half);
  }

  isCut(): boolean {
    return this.seen > this.limit;
  }

  text(): string {
    return this.isCut() ? `${this.head}\n…\n${this.tail}` : this.head + this.tail;
  }
}

/** Reads a stream to its end, keeping at most `limit` of it; gives what came where it breaks off. */
export async function readAll(stream: Readable, limit: number): Promise<string> {
  const output = new BoundedOutput(limit);
  try {
    for await (const chunk of stream) output.add(chunk as Buffer);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  }
  return output.text();
}
