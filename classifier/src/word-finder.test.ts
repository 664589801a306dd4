import fc from 'fast-check';
import { expect, test } from 'vitest';
import { orders } from './orders.ts';
import { wordFinder } from './word-finder.ts';

const groups = [['he', 'she', '’s '], ['hers', 'is'], ['his'], ['s i']];

test('one pass finds what a search for each word finds', () => {
  const find = wordFinder(groups);
  const letters = fc.constantFrom(...'heHErsSI ’é'.split(''));
  fc.assert(
    fc.property(fc.array(letters, { maxLength: 40 }), (signs) => {
      const text = signs.join('');
      const lower = text.toLowerCase();
      const { groups: found, isForeign } = find(text);
      expect([...found]).toEqual(
        groups.map((words) => Number(words.some((word) => lower.includes(word)))),
      );
      expect(isForeign).toBe(/[’é]/.test(text));
    }),
  );
});

test('the words of an order are in everything that its pattern matches', () => {
  // Sentences that match, put together from the patterns' own alternatives, would be the patterns again; those that
  // the injection set holds are checked by the sweep. Here: no order can be missed for want of a lower case.
  for (const { words } of orders)
    for (const word of words ?? []) expect(word).toBe(word.toLowerCase());
});
