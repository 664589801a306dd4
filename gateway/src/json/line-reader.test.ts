import { expect, test } from 'vitest';
import { createLineReader } from './line-reader.ts';

function read(chunks: (string | Buffer)[], max?: number) {
  const lines: string[] = [];
  let overlong = 0;
  const take = createLineReader(
    (line) => lines.push(line.toString()),
    () => overlong++,
    max,
  );
  for (const chunk of chunks) take(Buffer.from(chunk));
  return { lines, overlong };
}

test('T15: gives the same lines wherever the chunks are cut', () => {
  const bytes = Buffer.from('{"a":"é"}\r\n\n{"b":1}\nhalf');
  for (let cut = 0; cut <= bytes.length; cut++) {
    expect(read([bytes.subarray(0, cut), bytes.subarray(cut)]).lines).toEqual([
      '{"a":"é"}',
      '{"b":1}',
    ]);
  }
});

test('a line over the limit is dropped as it comes, reported once, and the next one is read', () => {
  const chunks = ['x'.repeat(60), 'x'.repeat(60), 'x\nok\n'];
  expect(read(chunks, 100)).toEqual({ lines: ['ok'], overlong: 1 });
});
