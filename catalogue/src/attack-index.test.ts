import { expect, test } from 'vitest';
import { type Attack, type AttackEntry, attackSchema } from './attack.ts';
import { countFacets, facetsOf, fitsFilter, linksBetween, searchAttacks } from './attack-index.ts';

function attack(id: string, changes: Partial<Attack> = {}): Attack {
  return attackSchema.parse({
    id,
    title: id.replaceAll('-', ' '),
    kind: 'technique',
    aliases: [],
    dates: {},
    verification: 'documented',
    summary: 'A summary that is long enough to be accepted here.',
    affected: [],
    needs: { scope: 'stack' },
    gateway: { stops: 'none', because: 'Nothing passes the gateway.' },
    stoppedBy: [{ control: 'audit', how: 'It is written down.' }],
    mappings: [],
    related: [],
    references: [{ title: 'Example', url: 'https://example.com/' }],
    ...changes,
  });
}
const entry = (of: Attack, body = ''): AttackEntry => ({ attack: of, body });

const poisoning = attack('tool-poisoning', {
  aliases: ['SAF-T1001', 'SAFE-T1001'],
  mappings: [{ framework: 'SAF-MCP', id: 'SAF-T1001', assignedBy: 'source' }],
  needs: {
    scope: 'combination',
    parts: [
      { all: [{ trait: 'untrusted_content' }, { not: { trait: 'contained' } }] },
      { any: [{ category: 'Execute' }, { trait: 'destructive' }] },
    ],
  },
  dates: { event: '2024-12', disclosure: '2025-04-01' },
  related: ['first-case', 'unheard-of'],
});
const firstCase = attack('first-case', {
  kind: 'incident',
  mappings: [{ framework: 'SAF-MCP', id: 'SAF-T1001', assignedBy: 'source' }],
  dates: { disclosure: '2025-04-01' },
  gateway: { stops: 'full', because: 'The recipient is on a list.' },
});
const flaw = attack('cve-2025-6514-bridge', {
  kind: 'cve',
  aliases: ['CVE-2025-6514'],
  mappings: [{ framework: 'CVE', id: 'CVE-2025-6514', assignedBy: 'source' }],
});
const family = attack('malicious-address', {
  mappings: [{ framework: 'CVE', id: 'CVE-2025-6514', assignedBy: 'source', note: 'an instance' }],
});

test('facets name what is needed and leave out what must not be', () => {
  expect(facetsOf(poisoning)).toMatchObject({
    categories: ['Execute'],
    traits: ['destructive', 'untrusted_content'],
    ids: ['SAF-T1001', 'SAFE-T1001'],
    year: '2024',
  });
  expect(facetsOf(flaw)).not.toHaveProperty('year');
});

test('all values of a filter must hold, in any letter case', () => {
  expect(fitsFilter(poisoning, { kind: 'technique', trait: 'UNTRUSTED_content' })).toBe(true);
  expect(fitsFilter(poisoning, { kind: 'technique', trait: 'financial' })).toBe(false);
  expect(fitsFilter(poisoning, { trait: 'contained' })).toBe(false);
});

test('a framework is found by its name, an id in either spelling', () => {
  for (const framework of ['SAF-MCP', 'SAF-T1001', 'safe-t1001'])
    expect(fitsFilter(poisoning, { framework }), framework).toBe(true);
  expect(fitsFilter(poisoning, { framework: 'SAF-T100' })).toBe(false);
});

test('counts add up over entries', () => {
  const counts = countFacets([poisoning, firstCase, flaw, family]);
  expect(counts.kind).toEqual({ cve: 1, incident: 1, technique: 2 });
  expect(counts.gateway).toEqual({ full: 1, none: 3 });
});

test('links lead both ways, and names of no entry lead nowhere', () => {
  const links = linksBetween([poisoning, firstCase]);
  expect(links.get('tool-poisoning')).toEqual({ related: ['first-case'], relatedFrom: [] });
  expect(links.get('first-case')).toEqual({ related: [], relatedFrom: ['tool-poisoning'] });
});

test.for([
  ['SAF-T1001', 'tool-poisoning'],
  ['SAFE-T1001', 'tool-poisoning'],
  ['saf t1001', 'tool-poisoning'],
  ['Tool poisoning', 'tool-poisoning'],
  ['CVE-2025-6514', 'cve-2025-6514-bridge'],
] as const)('a search for %s gives %s first', ([query, first]) => {
  const found = searchAttacks(
    [family, firstCase, poisoning, flaw].map((each) => entry(each)),
    query,
  );
  expect(found[0]?.attack.id).toBe(first);
});

test('an identifier also finds the entries it is tied to', () => {
  const found = searchAttacks(
    [family, flaw].map((each) => entry(each)),
    'cve-2025-6514',
  );
  expect(found.map((each) => each.attack.id)).toEqual([
    'cve-2025-6514-bridge',
    'malicious-address',
  ]);
});

test('every word must occur somewhere, and names count more than prose', () => {
  const entries = [entry(flaw, 'Some rug was pulled.'), entry(attack('rug-pull'))];
  expect(searchAttacks(entries, 'rug pull').map((each) => each.attack.id)).toEqual([
    'rug-pull',
    'cve-2025-6514-bridge',
  ]);
  expect(searchAttacks(entries, 'rug giraffe')).toEqual([]);
});

test('an empty query gives everything in the given order', () => {
  expect(searchAttacks([entry(flaw), entry(family)], '  ')).toHaveLength(2);
});
