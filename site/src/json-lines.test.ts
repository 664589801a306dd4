import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readJsonLines, readLines, writeJsonLines, writeLines } from './json-lines.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'site-lines-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function readAll(file: string): Promise<unknown[]> {
  const found: unknown[] = [];
  for await (const value of readJsonLines(file)) found.push(value);
  return found;
}

test('every value comes back, whatever ends a line elsewhere stands in it', async () => {
  const file = join(folder, 'values.jsonl');
  const values = [
    { text: 'one\u2028two\u2029three\rfour\nfive' },
    ...Array.from({ length: 3000 }, (_, index) => ({ index, text: 'é'.repeat(index) })),
  ];
  await writeJsonLines(file, values);
  expect(await readAll(file)).toEqual(values);
});

test('a file that is cut off is refused', async () => {
  const file = join(folder, 'values.jsonl');
  await writeFile(file, '{"a":1}\n{"b":');
  await expect(readAll(file)).rejects.toThrow(SyntaxError);
});

test('lines come back as the bytes they were, empty and long ones too, and none that is cut off', async () => {
  const file = join(folder, 'texts');
  const texts = ['', 'é\u2028', 'x'.repeat(3 * 2 ** 20), '', '{}'];
  await writeLines(file, texts);
  const read: string[] = [];
  for await (const line of readLines(file)) read.push(line.toString());
  expect(read).toEqual(texts);
  await writeFile(file, 'one\ntwo');
  const readAgain = async () => {
    for await (const line of readLines(file)) read.push(line.toString());
  };
  await expect(readAgain()).rejects.toThrow('cut off');
});

test('a place that cannot be written to is an error', async () => {
  await expect(writeJsonLines(join(folder, 'none', 'values.jsonl'), [{}])).rejects.toThrow(
    'ENOENT',
  );
});
