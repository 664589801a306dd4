import { expect, test } from 'vitest';
import type { Correction } from './correction.ts';
import { joinEntry } from './entry.ts';
import type { ServerRecord } from './server.ts';
import { toolDigest } from './tool.ts';

const definition = { name: 'add_note', description: 'Adds a note.' };
const record: ServerRecord = {
  id: 'npm:notes',
  version: '1.0.0',
  outcome: 'complete',
  configurations: [],
  tools: [{ definition, digest: toolDigest(definition), configurations: ['default'] }],
};
const correction = (change: Partial<Correction>): Correction => ({
  tool: 'add_note',
  toolDigest: toolDigest(definition),
  category: 'Execute',
  traits: [],
  reason: 'It also starts a job.',
  by: 'A. Reader',
  on: '2026-11-21',
  ...change,
});
const joined = (...tools: Correction[]) =>
  joinEntry(record, undefined, { id: record.id, tools }).tools[0];

test('a correction of an earlier definition is kept as stale, and does not hold', () => {
  const stale = correction({ toolDigest: toolDigest({ name: 'add_note' }) });
  expect(joined(stale)).toMatchObject({ staleCorrection: stale });
  expect(joined(stale)).not.toHaveProperty('correction');
  expect(joined(stale)).not.toHaveProperty('judgement');
});

test('a correction of this definition leaves nothing stale beside it', () => {
  const stale = correction({ toolDigest: toolDigest({ name: 'add_note' }) });
  expect(joined(stale, correction({}))).toMatchObject({ judgement: { category: 'Execute' } });
  expect(joined(stale, correction({}))).not.toHaveProperty('staleCorrection');
});

test('of a name with two definitions that of the default configuration is shown', () => {
  const tools = ['Adds.', 'Adds a note.', 'Adds or overwrites a note.']
    .map((description) => ({ name: 'add_note', description }))
    .map((one) => ({ definition: one, digest: toolDigest(one), configurations: ['most rights'] }))
    .sort((a, b) => (a.digest < b.digest ? -1 : 1));
  for (const [index, one] of tools.entries()) {
    const listed = tools.with(index, { ...one, configurations: ['default'] });
    expect(joinEntry({ ...record, tools: listed }).tools).toMatchObject([{ digest: one.digest }]);
  }
  expect(joinEntry({ ...record, tools }).tools).toMatchObject([{ digest: tools[0]?.digest }]);
});
