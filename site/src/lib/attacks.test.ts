import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { attacksFor, facetsOf, type Needs } from '@toolwarden/catalogue';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readCatalogue, type WholeCatalogue } from '../testing/read-catalogue.ts';
import { affectedBy } from './affected-tools.ts';
import { attackFacets } from './attack-facets.ts';
import { attackRecord } from './attack-record.ts';
import { attackLine, attackTwin, attackTwinMarkdown } from './attack-twin.ts';
import { attacksOfKind, attackView } from './attack-view.ts';
import { type CatalogueView, levelsShown } from './catalogue-view.ts';
import { needsWords } from './needs-words.ts';

const ROOT = join(import.meta.dirname, '../../..');
let folder: string;
/** The fixtures' servers with the committed attack database. */
let catalogue: CatalogueView;
let refs: WholeCatalogue['refs'];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'site-attacks-'));
  await cp(join(ROOT, 'catalogue/fixtures'), folder, { recursive: true });
  await cp(join(ROOT, 'data/attacks'), join(folder, 'attacks'), { recursive: true });
  ({ catalogue, refs } = await readCatalogue(folder));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function entryOf(id: string) {
  const entry = catalogue.attackEntries.find(({ attack }) => attack.id === id);
  if (entry === undefined) throw new Error(`no entry ${id}`);
  return entry;
}
const view = (id: string) => attackView(catalogue, entryOf(id));

test('a view says what a gateway can claim and shows its policies as they are written', () => {
  const found = view('rug-pull');
  expect(found).toMatchObject({ kind: 'Technique', gateway: { title: 'A policy can stop it' } });
  const written = entryOf('rug-pull').attack.stoppedBy[0]?.policy;
  expect(JSON.parse(found.controls[0]?.policy?.text ?? '')).toEqual(written);
  expect(found.sections.map(({ title }) => title)).toContain('What does not stop it');
  expect(view('cve-2025-6514-mcp-remote')).toMatchObject({
    severity: 'Critical 9.6, as published',
    gateway: { title: 'A policy cannot stop it' },
  });
});

test('every entry gives prose under each of its headings, and a summary of its needs', () => {
  for (const { attack } of catalogue.attackEntries) {
    const { sections, needs } = view(attack.id);
    expect(sections.length, attack.id).toBeGreaterThanOrEqual(5);
    for (const { blocks } of sections) expect(blocks.length, attack.id).toBeGreaterThan(0);
    expect(needs.title, attack.id).not.toBe('');
    for (const each of needs.conditions) expect(each, attack.id).not.toMatch(/undefined|\(\)/);
  }
});

test('the tools of an entry are those that list it, the most dangerous first, three of a server and twenty in all', () => {
  let seen = 0;
  for (const { id } of catalogue.attacks) {
    const { tools } = affectedBy(catalogue, id);
    const listing = refs.filter(
      ({ entry, tool }) =>
        entry.record.isGone !== true &&
        attacksFor(entry, tool, catalogue.attacks).some(({ attack }) => attack.id === id),
    );
    expect(tools.total, id).toBe(listing.length);
    const ofServers = [...Map.groupBy(listing, ({ entry }) => entry.record.id).values()];
    const some = ofServers.reduce((sum, those) => sum + Math.min(3, those.length), 0);
    expect(tools.first, id).toHaveLength(Math.min(20, some));
    const places = tools.first.map(({ of }) => levelsShown.indexOf(of.level));
    expect(places, id).toEqual(places.toSorted((a, b) => a - b));
    seen += listing.length;
  }
  expect(seen).toBeGreaterThan(50);
});

test('a server that is gone is on no entry', () => {
  const names = catalogue.attacks.flatMap(({ id }) => {
    const { tools, servers } = affectedBy(catalogue, id);
    return [...tools.first.map(({ of }) => of.serverId), ...servers.first.map(({ of }) => of.id)];
  });
  expect(names.length).toBeGreaterThan(0);
  expect(names).not.toContain('npm:@fixture/gone');
});

test('every value of a facet holds exactly the entries that have it', () => {
  const facets = attackFacets(catalogue.attacks);
  const gateway = facets.find(({ id }) => id === 'gateway');
  expect(gateway?.values.map(({ id }) => id)).toEqual(['full', 'partial', 'none']);
  const sum = gateway?.values.reduce((total, { attacks }) => total + attacks.length, 0);
  expect(sum).toBe(catalogue.attacks.length);
  const hide = facets.flatMap(({ values }) => values).find(({ id }) => id === 'hide');
  expect(hide?.attacks).toEqual(
    catalogue.attacks.filter((attack) => facetsOf(attack).controls.includes('hide')),
  );
  const urls = facets.flatMap(({ values }) => values.map(({ url }) => url));
  expect(new Set(urls).size).toBe(urls.length);
});

test('what limits an entry is said on its page, in the lists and in the index', () => {
  const entry = catalogue.attackEntries.find(({ attack }) =>
    attack.caveats?.includes('demonstration'),
  );
  if (entry === undefined) throw new Error('no demonstration in the database');
  expect(attackView(catalogue, entry).caveats[0]?.title).toBe('Demonstration');
  expect(attackRecord(entry).meta['server']).toContain('Demonstration');
  const lists = attackFacets(catalogue.attacks).find(({ id }) => id === 'caveat');
  expect(lists?.values[0]?.attacks).toContain(entry.attack);
});

test('incidents stand latest first', () => {
  const dates = attacksOfKind(catalogue.attacks, 'incident').map(
    ({ dates: { event, disclosure } }) => event ?? disclosure ?? '',
  );
  expect(dates.length).toBeGreaterThan(10);
  expect(dates).toEqual(dates.toSorted().reverse());
});

test('needs are put into words, with brackets where and and or meet', () => {
  const needs: Needs = {
    scope: 'tool',
    tool: {
      all: [
        { trait: 'bulk' },
        { any: [{ category: 'Write' }, { all: [{ level: 'High' }, { not: { label: 'Read' } }] }] },
      ],
    },
  };
  expect(needsWords(needs).conditions).toEqual([
    'The tool has the trait “Bulk”.',
    'The tool is of category Write or (is of level High and is not one that is labelled Read).',
  ]);
  expect(needsWords({ scope: 'stack' }).conditions).toEqual([]);
});

test('the index weighs an entry’s own names, and those include both spellings of an id', () => {
  const { url, meta, filters } = attackRecord(entryOf('rug-pull'));
  expect(url).toBe('/attacks/rug-pull');
  expect(meta['words']).toContain('SAF-T1201');
  expect(meta['words']).toContain('SAFE-T1201');
  // An entry has no level, so a filter by level leaves it out.
  expect(filters).toEqual({ kind: ['attack'] });
});

test('the twins hold the record, the prose and the reach', () => {
  const entry = entryOf('message-to-everyone');
  const found = attackView(catalogue, entry);
  expect(attackTwin(entry, found)).toMatchObject({
    ...entry.attack,
    body: entry.body,
    tools: { total: 1, first: [{ because: expect.stringMatching(/^because it /) }] },
  });
  const text = attackTwinMarkdown(entryOf('rug-pull'), view('rug-pull'));
  expect(text).toContain('# Rug pull (silent redefinition)');
  expect(text).toContain('\n## What does not stop it\n');
  expect(text).toContain('"pinning": "enforce"');
  expect(attackLine(entry)).toMatchObject({ id: 'message-to-everyone', gateway: 'full' });
});
