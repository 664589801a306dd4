import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { attackText, openStore } from '@toolwarden/catalogue/store';
import { expect, test } from 'vitest';
import { entryProblems } from './entry-problems.ts';
import { readFacts } from './facts.ts';

const dir = join(import.meta.dirname, '../../data');
const { items, problems } = await openStore(dir).readAttacks();
const facts = await readFacts();

test('every file of the attack database can be read', () => {
  expect(problems).toEqual([]);
  expect(items.length).toBeGreaterThan(0);
});

test.for(items.map((entry) => [entry.attack.id, entry] as const))(
  '%s agrees with the facts, its policies are sound and its sections complete',
  ([, entry]) => {
    expect(entryProblems(entry, facts)).toEqual([]);
  },
);

test.for(items.map((entry) => [entry.attack.id, entry] as const))(
  '%s is printed in the one form',
  async ([id, entry]) => {
    expect(await readFile(join(dir, 'attacks', `${id}.md`), 'utf8')).toBe(attackText(entry));
  },
);
