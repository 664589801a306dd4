import { type Correction, type ServerRecord, toolDigest } from '@toolwarden/catalogue';
import { expect, test } from 'vitest';
import { staleCorrections } from './stale-corrections.ts';

const definition = { name: 'get_note', description: 'Get a note' };
const digest = toolDigest(definition);
const record: ServerRecord = {
  id: 'npm:notes',
  version: '1.0.0',
  outcome: 'complete',
  configurations: [],
  tools: [{ definition, digest, configurations: ['default'] }],
};
const correction: Correction = {
  tool: 'get_note',
  toolDigest: digest,
  category: 'Write',
  traits: [],
  reason: 'It marks the note as read.',
  by: 'Ann',
  on: '2026-11-21',
};
const corrected = (change: Partial<Correction>) => [
  { id: record.id, tools: [{ ...correction, ...change }] },
];

test('a correction of the listed definition is not stale', () => {
  expect(staleCorrections(corrected({}), [record])).toEqual([]);
});

test('a correction of another definition of the tool is stale, with who made it', () => {
  const other = toolDigest({ name: 'get_note', description: 'Get one note' });
  expect(staleCorrections(corrected({ toolDigest: other }), [record])).toEqual([
    { server: 'npm:notes', tool: 'get_note', by: 'Ann', on: '2026-11-21', now: 'changed' },
  ]);
});

test('a correction of a tool or server that is no longer listed is stale', () => {
  expect(staleCorrections(corrected({ tool: 'take_note' }), [record])[0]?.now).toBe('gone');
  expect(staleCorrections(corrected({}), [])[0]?.now).toBe('gone');
});
