import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ServerRecord, toolDigest } from '@toolwarden/catalogue';
import { openStore } from '@toolwarden/catalogue/store';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { dataProblems } from './data-problems.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'toolwarden-data-'));
});
afterEach(() => rm(dir, { recursive: true }));

const served = { name: 'a', description: 'Reads a note, and more.' };
const record: ServerRecord = {
  id: 'npm:notes',
  version: '1.0.0',
  outcome: 'partial',
  reason: 'limit-exceeded',
  configurations: [{ name: 'default', args: [], env: [] }],
  tools: [
    {
      definition: { ...served, description: 'Reads a note' },
      digest: toolDigest(served),
      configurations: ['default'],
    },
  ],
};
const messages = async (truncated: ServerRecord['truncated']) => {
  await openStore(dir).writeServer({ ...record, ...(truncated && { truncated }) });
  const { problems } = await dataProblems(dir, (file) => readFile(file, 'utf8'));
  return problems.map(({ message }) => message);
};

test('a digest fits its definition, unless the tool is named as cut', async () => {
  const wrong = ['digest of tool "a" does not fit its definition'];
  const cut = { what: 'description of a', limit: '12 characters' };
  expect(await messages(undefined)).toEqual(wrong);
  expect(await messages([cut])).toEqual(wrong);
  expect(await messages([{ ...cut, tool: 'b' }])).toEqual(wrong);
  expect(await messages([{ ...cut, tool: 'a' }])).toEqual([]);
});
