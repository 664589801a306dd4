import { expect, test } from 'vitest';
import { classify } from '../src/index.ts';
import { readLabels, serverWordsOf } from './labels.ts';
import { score, serverFolds, share } from './score.ts';

const labels = readLabels(new URL('open-labels.jsonl', import.meta.url));
const judged = labels.map((label) => ({
  label,
  judgement: classify({ server: serverWordsOf(label), tool: label.tool }),
}));

test('a wrong category lowers the score and is listed', () => {
  const [first] = judged.filter(
    ({ label }) => label.category === 'Read' && label.accept.length === 0,
  );
  if (first === undefined) throw new Error('no read among the labels');
  const wrong = { ...first, judgement: { ...first.judgement, category: 'Execute' as const } };
  expect(score([wrong])).toMatchObject({
    category: { hits: 0, n: 1 },
    disagreements: [{ id: first.label.id }],
  });
});

test('all tools of a server are in one fold', () => {
  const folds = serverFolds(judged, 5);
  const servers = folds.map((fold) => new Set(fold.map(({ label }) => label.server.name)));
  for (const name of new Set(labels.map(({ server }) => server.name)))
    expect(servers.filter((set) => set.has(name))).toHaveLength(1);
  expect(folds.flat()).toHaveLength(judged.length);
});

test('a share of nothing says that nothing is known', () => {
  expect(share(0, 0)).toEqual({ hits: 0, n: 0, share: 0, low: 0, high: 1 });
  expect(share(96, 100).low).toBeCloseTo(0.902, 2);
});
