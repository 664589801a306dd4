import { expect, test } from 'vitest';
import { readLines } from './read-lines.ts';

async function linesOf(...chunks: (string | Uint8Array)[]): Promise<string[]> {
  return Array.fromAsync(
    readLines(
      (async function* () {
        yield* chunks;
      })(),
    ),
  );
}

test('only a newline ends a line: separators that JSON strings may hold do not', async () => {
  expect(await linesOf('{"a":"x\u2028y\u2029z\u0085"}\n{"b":1}\r\n\n')).toEqual([
    '{"a":"x\u2028y\u2029z\u0085"}',
    '{"b":1}',
    '',
  ]);
});

test('bytes may be cut anywhere, also inside a character, and the last line needs no newline', async () => {
  const bytes = new TextEncoder().encode('\ufeffé\nü');
  expect(await linesOf(...[...bytes].map((byte) => Uint8Array.of(byte)))).toEqual(['é', 'ü']);
});
