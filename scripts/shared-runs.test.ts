import { expect, test } from 'vitest';
import { indexRuns, sharedRuns } from './shared-runs.ts';

const source = [
  '- name: Rug pull',
  '- mechanism: A server is honest until it is approved, then serves a changed description, schema or behaviour.',
  '- refs: https://example.com/a/very/long/address/with/many/words/in/it , CVE-2025-6514',
].join('\n');
const runs = indexRuns(source, 8);

test('eight words in a row are found, whatever the punctuation and letter case', () => {
  const text = 'In short, a SERVER is honest until it is: approved; then it changes.';
  expect(sharedRuns(text, runs, 8)).toEqual([
    { words: 'a server is honest until it is approved then', length: 9 },
  ]);
});

test('seven words in a row are not', () => {
  expect(sharedRuns('a server is honest until it is', runs, 8)).toEqual([]);
});

test('a run ends at the end of a line, so headings and lists do not join', () => {
  expect(sharedRuns('a server is honest\nuntil it is approved, then serves', runs, 8)).toEqual([]);
});

test('addresses and identifiers do not count as words', () => {
  expect(
    sharedRuns('https://example.com/a/very/long/address/with/many/words/in/it', runs, 8),
  ).toEqual([]);
  expect(indexRuns('one CVE-2025-6514 two', 2)).toEqual(new Set(['one two']));
});

test('a text that shares several runs gives each once', () => {
  const twice =
    'honest until it is approved then serves a. Other. until it is approved then serves a changed description';
  expect(sharedRuns(twice, runs, 8)).toHaveLength(2);
});
