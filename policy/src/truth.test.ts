import { expect, test } from 'vitest';
import { all, negate, some, type Truth } from './truth.ts';

const truths: Truth[] = ['true', 'false', 'unknown', 'error'];
const triples = truths.flatMap((a) => truths.flatMap((b) => truths.map((c) => [a, b, c])));

/** The first of an order that is among some. */
const foremost = (order: Truth[], among: Truth[]) => order.find((each) => among.includes(each));

test('all is false if one is, else an error if one is, else unknown if one is, in any order', () => {
  for (const triple of triples) {
    const expected = foremost(['false', 'error', 'unknown', 'true'], triple as Truth[]);
    expect(all(triple as Truth[])).toBe(expected);
  }
  expect(all([])).toBe('true');
});

test('some is true if one is, else an error if one is, else unknown if one is, in any order', () => {
  for (const triple of triples) {
    const expected = foremost(['true', 'error', 'unknown', 'false'], triple as Truth[]);
    expect(some(triple as Truth[])).toBe(expected);
  }
  expect(some([])).toBe('false');
});

test('the opposite of what is not known is not known', () => {
  expect(truths.map(negate)).toEqual(['false', 'true', 'unknown', 'error']);
});
