import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openStore } from './store.ts';
import { attackText, parseAttackText } from './store-attacks.ts';

const text = `---
id: rug-pull
title: "Rug pull: a redefinition"
kind: technique
aliases:
  - SAF-T1201
dates:
  disclosure: 2025-04
verification: documented
summary: A server changes after it has been approved, and nobody is asked again.
affected: []
needs:
  scope: server
gateway:
  stops: full
  because: A changed definition is withheld.
stoppedBy:
  - control: definition-pinning
    how: The digest differs from the accepted one.
    policy:
      version: "1"
      default: deny
      pinning: enforce
mappings:
  - framework: SAF-MCP
    id: SAF-T1201
    assignedBy: source
related: []
references:
  - title: Example
    url: https://example.com/
---

## How it works

Like this.
`;

const dir = await mkdtemp(join(tmpdir(), 'attacks-'));
afterAll(() => rm(dir, { recursive: true }));

test('an entry read and printed again is the same text', () => {
  const entry = parseAttackText(text);
  expect(entry.body).toBe('## How it works\n\nLike this.');
  expect(entry.attack.dates).toEqual({ disclosure: '2025-04' });
  expect(attackText(entry)).toBe(text);
});

test('keys in another order are printed in the one order', () => {
  const swapped = text.replace(/(id: .+\n)(title: .+\n)/, '$2$1');
  expect(swapped).not.toBe(text);
  expect(attackText(parseAttackText(swapped))).toBe(text);
});

test.for([
  ['no front matter', text.slice(4), /expected front matter/],
  ['front matter without an end', '---\nid: x\n', /expected front matter/],
  ['a key twice', text.replace('id: rug-pull', 'id: rug-pull\nid: rug-pull'), /unique/],
  ['broken YAML', text.replace('affected: []', 'affected: [}'), /./],
  [
    'an alias, which could grow without bound',
    text.replace('affected: []', 'affected: &a []\nx: *a'),
    /alias/i,
  ],
  ['an unknown key', text.replace('affected: []', 'affected: []\nmood: good'), /mood/],
  ['a day that is none', text.replace('2025-04', '2025-04-32'), /expected 2025/],
  [
    'an id of another framework',
    text.replace('    id: SAF-T1201', '    id: CWE-78'),
    /does not fit/,
  ],
  ['an address without https', text.replace('https://example', 'http://example'), /./],
] as const)('%s is refused', ([, broken, message]) => {
  expect(broken).not.toBe(text);
  expect(() => parseAttackText(broken)).toThrow(message);
});

test('a bad or misplaced file is a named problem, and its neighbours are read', async () => {
  await mkdir(join(dir, 'attacks'));
  await writeFile(join(dir, 'attacks/rug-pull.md'), text);
  await writeFile(join(dir, 'attacks/other.md'), text);
  await writeFile(join(dir, 'attacks/broken.md'), 'nothing');
  const { items, problems } = await openStore(dir).readAttacks();
  expect(items.map(({ attack }) => attack.id)).toEqual(['rug-pull']);
  expect(problems).toEqual([
    { file: 'attacks/broken.md', message: 'expected front matter between two lines of ---' },
    { file: 'attacks/other.md', message: 'the entry rug-pull belongs at attacks/rug-pull.md' },
  ]);
});

test('writing says whether the file changed', async () => {
  const store = openStore(join(dir, 'fresh'));
  const entry = parseAttackText(text);
  expect(await store.writeAttack(entry)).toBe(true);
  expect(await store.writeAttack(entry)).toBe(false);
});
