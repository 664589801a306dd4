import { expect, test } from 'vitest';
import { agreement, kappa } from './agreement.ts';
import { judge, labelledSets } from './evaluate.ts';
import { readAnnotations } from './labels.ts';
import { score } from './score.ts';

const sets = labelledSets();

test('the held-out half shares no server with what rules are mended on', () => {
  const heldOut = new Set(sets['held-out'].map(({ server }) => server.name));
  expect(sets.development.filter(({ server }) => heldOut.has(server.name))).toEqual([]);
  expect(sets.development.length + sets['held-out'].length).toBe(240);
  expect(Math.min(sets.development.length, sets['held-out'].length)).toBeGreaterThan(100);
});

test('agreement by chance is no agreement', () => {
  expect(
    kappa([
      ['a', 'a'],
      ['a', 'b'],
      ['b', 'a'],
      ['b', 'b'],
    ]),
  ).toBe(0);
  expect(
    kappa([
      ['a', 'a'],
      ['b', 'b'],
    ]),
  ).toBe(1);
});

test('annotators are compared tool by tool, and labels in another order are refused', () => {
  const a = readAnnotations(new URL('annotator-a.jsonl', import.meta.url));
  const b = readAnnotations(new URL('annotator-b.jsonl', import.meta.url));
  const tools = a.map(({ id }) => ({ ...(sets.open[0] as (typeof sets.open)[0]), id }));
  expect(agreement(tools, a, a)).toMatchObject({ categoryKappa: 1, scored: { macroF1: 1 } });
  expect(agreement(tools, a, b).categoryKappa).toBeGreaterThan(0.8);
  expect(() => agreement(tools, a, b.toReversed())).toThrow('not in the order');
});

// Only totals: an assertion that printed a held-out tool would show what nobody may tune on.
test.for(Object.keys(sets) as (keyof typeof sets)[])(
  'the labelled tools are judged as well as the project promises: %s',
  (id) => {
    const { category, actingCalledRead, level } = score(judge(sets[id]));
    expect(category.share).toBeGreaterThanOrEqual(0.96);
    expect(actingCalledRead.share).toBeLessThanOrEqual(0.02);
    expect(level.share).toBeGreaterThanOrEqual(0.9);
  },
);

test('traits with at least five positives are found as well as the project promises', () => {
  expect(score(judge(sets.all)).macroF1).toBeGreaterThanOrEqual(0.85);
});
