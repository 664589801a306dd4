import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';

const LINE_END = '\n'.charCodeAt(0);

/** Writes texts, one a line; together they may be longer than a text can be. */
export async function writeLines(
  file: string,
  lines: Iterable<Uint8Array | string>,
): Promise<void> {
  const out = createWriteStream(file);
  const failed = once(out, 'error').then(([error]) => Promise.reject(error));
  const write = async () => {
    for (const line of lines) {
      out.write(line);
      if (!out.write('\n')) await once(out, 'drain');
    }
    out.end();
    await once(out, 'close');
  };
  await Promise.race([write(), failed]);
}

/** Writes values as JSON, one a line. */
export function writeJsonLines(file: string, values: Iterable<object>): Promise<void> {
  return writeLines(file, printed(values));
}

function* printed(values: Iterable<object>) {
  for (const value of values) yield JSON.stringify(value);
}

/** Reads the bytes of lines again. @throws where the last one does not end: it is cut off. */
export async function* readLines(file: string): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of createReadStream(file, { highWaterMark: 2 ** 20 })) {
    const bytes: Buffer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let start = 0;
    for (let end = bytes.indexOf(LINE_END); end >= 0; end = bytes.indexOf(LINE_END, start)) {
      yield bytes.subarray(start, end);
      start = end + 1;
    }
    rest = bytes.subarray(start);
  }
  if (rest.length > 0) throw new Error(`${file} is cut off`);
}

/**
 * Reads values again. Only `\n` ends a line: `node:readline` also cuts at U+2028, which a publisher can write and JSON leaves
 * as it is.
 */
export async function* readJsonLines(file: string): AsyncGenerator<unknown> {
  let rest = '';
  for await (const chunk of createReadStream(file, { encoding: 'utf8', highWaterMark: 2 ** 20 })) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield JSON.parse(line);
  }
  if (rest !== '') yield JSON.parse(rest);
}
