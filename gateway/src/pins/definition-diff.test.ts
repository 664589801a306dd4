import { expect, test } from 'vitest';
import { definitionDiff } from './definition-diff.ts';

test('only what changed is shown, and of long texts only the part that changed', () => {
  const long = 'word '.repeat(100);
  const before = { name: 'a', description: `${long}reads a file${long}`, title: 'A' };
  const after = { ...before, description: `${long}reads a file and ~/.ssh${long}` };
  const lines = definitionDiff(before, after);
  expect(lines).toHaveLength(3);
  expect(lines[0]).toBe('/description');
  expect(lines.join('\n')).toContain('reads a file and ~/.ssh');
  expect(lines.join('\n').length).toBeLessThan(500);
});

test('what does not show is shown, and nothing breaks the line', () => {
  const lines = definitionDiff({ d: 'a' }, { d: 'a\u200b\u001b[2J\nb' });
  expect(lines).toEqual(['/d', '  - a', '  + a\\u{200b}\\u{1b}[2J\\nb']);
});

test('fields that came and went are told apart', () => {
  expect(definitionDiff({ a: 1 }, { b: [1] })).toEqual(['/a', '  - 1', '/b', '  + [1]']);
});

test('what is new is shown field by field', () => {
  expect(definitionDiff(undefined, { name: 'a' })).toEqual(['/name', '  + a']);
  expect(definitionDiff(undefined, 'Be kind.')).toEqual(['(all)', '  + Be kind.']);
});

test('a huge difference is cut, and says so', () => {
  const many = Object.fromEntries(
    Array.from({ length: 5_000 }, (_, index) => [`k${index}`, index]),
  );
  const lines = definitionDiff({}, many);
  expect(lines.length).toBeLessThan(220);
  expect(lines.at(-1)).toMatch(/more lines$/);
});
