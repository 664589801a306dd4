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
