import type { CatalogueTool, JsonValue } from '@toolwarden/catalogue';
import { expect, test } from 'vitest';
import { annotationRows } from './annotation-rows.ts';

const rowsFor = (annotations: JsonValue, judgement?: CatalogueTool['judgement']) =>
  annotationRows({
    definition: { name: 't', annotations },
    digest: `sha256:${'0'.repeat(64)}`,
    configurations: [],
    slug: 't',
    ...(judgement && { judgement }),
  });
const writes = {
  category: 'Write',
  traits: [],
  label: 'Write',
  risk: 'Medium',
  riskRows: [],
} as const;

test('a claim that the words contradict is said to differ', () => {
  const [readOnly, destructive] = rowsFor(
    { readOnlyHint: true, destructiveHint: false },
    { ...writes, traits: [], riskRows: [] },
  );
  expect(readOnly).toMatchObject({ claimed: 'true', judged: 'Write', verdict: 'differs' });
  expect(destructive).toMatchObject({ claimed: 'false', verdict: 'agrees' });
});

test('a hint left out is no claim, whatever the protocol’s default', () => {
  for (const { claimed, verdict } of rowsFor({}, { ...writes, traits: [], riskRows: [] }))
    expect([claimed, verdict]).toEqual([undefined, 'not-stated']);
});

test('a claim of another type, or about an unclassified tool, is neither true nor false', () => {
  expect(rowsFor({ readOnlyHint: 'yes' })[0]).toMatchObject({
    claimed: '"yes"',
    verdict: 'unproven',
  });
  expect(rowsFor({ readOnlyHint: true })[0]).toMatchObject({
    judged: 'not classified',
    verdict: 'unproven',
  });
  expect(rowsFor('none')[0]?.claimed).toBeUndefined();
});
