import { join } from 'node:path';
import { openStore } from '@toolwarden/catalogue/store';
import { expect, test } from 'vitest';
import { readCatalogue } from '../testing/read-catalogue.ts';
import { attacksFeed, changesFeed } from './atom-feed.ts';
import { badgeSvg } from './badge.ts';
import { changeLines } from './change-lines.ts';
import { publisherOf, termSlug } from './publisher.ts';
import { sitePages } from './site-pages.ts';
import { wrapSnippet } from './wrap-snippet.ts';
import { escapeXml } from './xml.ts';

const FIXTURES = join(import.meta.dirname, '../../../catalogue/fixtures');
const { catalogue, entries } = await readCatalogue(FIXTURES);
const entryOf = (id: string) => {
  const entry = entries.find(({ record }) => record.id === id);
  if (entry === undefined) throw new Error(`no fixture ${id}`);
  return entry;
};

test('changes stand newest first and lead to the tool’s page, or to the server’s where the tool is gone', async () => {
  const entry = entryOf('npm:@fixture/notes');
  const { items } = await openStore(FIXTURES).readHistory(entry.record.id);
  const lines = changeLines(entry, items, 10);
  expect(lines.map(({ what }) => what)).toEqual(['changed: description', 'added']);
  expect(lines[0]?.url).toBe('/servers/npm__fixture__notes/tools/delete_note');
  const without = { ...entry, tools: [] };
  expect(changeLines(without, items, 1)[0]?.url).toBe('/servers/npm__fixture__notes');
});

test('a feed is dated by what is in it and lets no name out of its element', async () => {
  const entry = entryOf('npm:@fixture/hostile-text');
  const { items } = await openStore(FIXTURES).readHistory(entry.record.id);
  const lines = changeLines(entry, items, 10);
  const feed = changesFeed(
    { title: '<b>', path: '/f.xml', page: '/p' },
    lines,
    'https://x.example',
  );
  expect(lines.length).toBeGreaterThan(0);
  expect(feed).toContain('<updated>2026-11-20T04:00:00.000Z</updated>');
  expect(feed).not.toMatch(/<script|<img|<svg|<b>|onerror="/);
  const empty = changesFeed({ title: 'a', path: '/f.xml', page: '/p' }, [], 'https://x.example');
  expect(empty).toContain('<updated>1970-01-01T00:00:00Z</updated>');
  expect(attacksFeed(catalogue.attacks, 'https://x.example')).toMatch(/^<\?xml[\s\S]*<\/feed>\n$/);
});

test('no character that XML forbids is left', () => {
  expect(escapeXml('a\u0000\u0008b\ud800c"<\'')).toBe('a\ufffd\ufffdb\ufffdc&quot;&lt;&apos;');
});

test('a badge says number and word, and what is not classified is no level', () => {
  const level = (name: 'Critical' | 'Low' | undefined, count: number) => ({ level: name, count });
  expect(badgeSvg([level('Critical', 2), level('Low', 1)])).toContain('2 of 3 Critical');
  expect(badgeSvg([level('Critical', 0), level(undefined, 4)])).toContain('4 not classified');
});

test('a publisher is a scope, a namespace or a host, and nobody where the address names none', () => {
  expect(publisherOf('npm:@acme/notes')).toBe('@acme');
  expect(publisherOf('registry:io.github.acme/notes')).toBe('io.github.acme');
  expect(publisherOf('url:mcp.acme.dev/mcp')).toBe('mcp.acme.dev');
  expect(publisherOf('npm:notes')).toBeUndefined();
  expect(publisherOf('config:notes')).toBeUndefined();
});

test('terms never share an address, also where letters or signs alone tell them apart', () => {
  const terms = [
    '@acme',
    'acme',
    'Acme',
    'a.cme',
    'a-cme',
    'ácme',
    '',
    '.',
    '@a--cme',
    'x'.repeat(99),
  ];
  const slugs = terms.map(termSlug);
  expect(new Set(slugs.map((slug) => slug.toLowerCase())).size).toBe(slugs.length);
  for (const slug of slugs) expect(slug).toMatch(/^@?[a-z0-9-]+(~[0-9a-f]{8})?$/);
});

test('the snippet starts this version of the server behind wrap', () => {
  const text = wrapSnippet(entryOf('npm:@fixture/campaigns'))
    ?.map((token) => token.text)
    .join('');
  const { mcpServers } = JSON.parse(text ?? '');
  const [server] = Object.values(mcpServers) as { command: string; args: string[] }[];
  expect(server?.args.join(' ')).toMatch(
    /^-y toolwarden wrap --policy policy.json -- npx -y @fixture\/campaigns@/,
  );
  expect(wrapSnippet(entryOf('config:corrected-by-a-person'))).toBeUndefined();
});

test('no two pages have one address, and gone servers are in no list', () => {
  const pages = sitePages(catalogue);
  expect(new Set(pages.map(({ url }) => url)).size).toBe(pages.length);
  const lists = pages.filter(
    ({ template }) => !template.startsWith('failures') && template !== 'changes',
  );
  expect(JSON.stringify(lists)).not.toContain('fixture__gone');
});
