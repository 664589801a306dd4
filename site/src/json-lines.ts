import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';

/** Writes values as JSON, one a line; together they may be longer than a text can be. */
export async function writeJsonLines(file: string, values: Iterable<object>): Promise<void> {
  const out = createWriteStream(file);
  const failed = once(out, 'error').then(([error]) => Promise.reject(error));
  const write = async () => {
    for (const value of values)
      if (!out.write(`${JSON.stringify(value)}\n`)) await once(out, 'drain');
    out.end();
    await once(out, 'close');
  };
  await Promise.race([write(), failed]);
}

/**
 * Reads them again. Only `\n` ends a line: `node:readline` also cuts at U+2028, which a publisher can write and JSON leaves
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
