import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pageHash } from '../page-writer.ts';
import { readCatalogue } from '../testing/read-catalogue.ts';
import { changesTwin, toolListTwin } from './list-twins.ts';
import { markdown } from './markdown.ts';
import { apiPages } from './open-api.ts';
import { type SitePage, sitePages } from './site-pages.ts';
import { twinPath } from './urls.ts';

const { catalogue } = await readCatalogue(join(import.meta.dirname, '../../../catalogue/fixtures'));
const pages = sitePages(catalogue);

function fileOf(url: string, suffix: string): string {
  const page = pages.find((each) => each.url === url);
  const make = page?.files?.find(([path]) => path === `${twinPath(url)}${suffix}`)?.[1];
  if (make === undefined) throw new Error(`${url} has no ${suffix}`);
  return make();
}
const dataOf = (url: string) => JSON.parse(fileOf(url, '.json'));

test('every page of the whole catalogue has both twins, and the JSON says whose it is', () => {
  for (const { url } of pages) {
    expect(dataOf(url), url).toMatchObject({ url, title: expect.any(String) });
    expect(fileOf(url, '.md'), url).toMatch(/^# \S/);
  }
  expect(pages.length).toBeGreaterThan(40);
});

test('a twin says nothing that could change while its page is kept', () => {
  const changed = structuredClone(catalogue);
  for (const tool of [...changed.tools, ...changed.servers.flatMap(({ tools }) => tools)]) {
    tool.digest = `${tool.digest} other`;
    tool.attacks = [];
    tool.description = `${tool.description} other`;
  }
  for (const server of changed.servers) {
    server.version = 'other';
    server.detail = 'other';
    server.description = 'other';
  }
  for (const entry of changed.attackEntries) entry.body = 'other';
  const after = new Map(sitePages(changed).map((page) => [page.url, page]));
  const textsOf = ({ files = [] }: SitePage) => files.map(([, make]) => make());
  let [kept, rewritten] = [0, 0];
  for (const page of pages) {
    const now = after.get(page.url) as SitePage;
    if (pageHash(now) !== pageHash(page)) rewritten += 1;
    else {
      kept += 1;
      expect(textsOf(now), page.url).toEqual(textsOf(page));
    }
  }
  expect(kept).toBeGreaterThan(10);
  expect(rewritten).toBeGreaterThan(10);
});

test('the list of API files knows every kind of page', () => {
  const known = apiPages.flatMap(({ path, more }) => (more === undefined ? [path] : [path, more]));
  const patterns = known.map((path) => new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`));
  const own = ['/search', '/data', '/builder', '/compare', '/stack'];
  const missing = pages
    .map(({ url }) => twinPath(url))
    .filter((path) => !own.includes(path) && !patterns.some((pattern) => pattern.test(path)));
  expect(missing).toEqual([]);
});

test('a list of tools names each as the page does, and null where nobody has judged', () => {
  const { tools, total, next } = dataOf('/risk/unclassified');
  expect(total).toBe(tools.length);
  expect(next).toBeNull();
  expect(tools[0]).toMatchObject({ level: null, label: null });
  const { terms } = dataOf('/categories');
  const counted = terms.find(({ title }: { title: string }) => title === 'Execute');
  const levels: number[] = Object.values(counted.levels);
  expect(levels.reduce((sum, each) => sum + each, 0)).toBe(counted.tools);
  expect(dataOf('/categories/execute').total).toBe(counted.tools);
});

test('a server that could not be asked has null tools, and its reason among the failures', () => {
  const { servers } = dataOf('/publishers/@fixture');
  const unasked = servers.find(({ id }: { id: string }) => id === 'npm:@fixture/wants-backend');
  expect(unasked).toMatchObject({ tools: null, levels: null, status: 'not listed' });
  expect(dataOf('/failures').servers).toContainEqual(
    expect.objectContaining({
      url: '/servers/npm__fixture__wants-backend',
      reason: 'wants-backend',
    }),
  );
});

test('a long list says where it goes on', () => {
  const tool = {
    name: 'x',
    url: '/servers/a/tools/x',
    level: 'Low' as const,
    label: 'Read' as const,
    serverName: 'A',
    description: 'd',
  };
  const { data, text } = toolListTwin({
    title: 'Low',
    meaning: 'm',
    base: '/risk/low',
    up: { href: '/risk', text: 'Risk levels' },
    page: { items: [tool], page: 2, pages: 3, total: 201 },
  });
  expect(data).toMatchObject({ page: 2, pages: 3, next: '/risk/low/3.json' });
  expect(markdown(text)).toContain('201 tools, page 2 of 3.');
  expect(markdown(text)).toContain('[Page 3](/risk/low/3.md)');
});

test('S1: hostile words in a list of a twin stay words', () => {
  const hostile = '](javascript:1) <script>\n# x';
  const { text } = changesTwin({
    items: [
      {
        at: '2026-11-20T04:00:00.000Z',
        serverName: hostile,
        serverUrl: '/servers/a',
        version: hostile,
        what: hostile,
        tool: hostile,
        url: '/servers/a(b',
      },
    ],
    page: 1,
    pages: 1,
    total: 1,
    overTime: undefined,
  });
  const printed = markdown(text);
  expect(printed).not.toMatch(/<script>|[^\\]\]\(javascript|^# x/m);
  expect(printed).toContain('](/servers/a%28b.md)');
});

test('the method is whole for programs', () => {
  const method = dataOf('/method');
  expect(method.riskRows.length).toBeGreaterThan(10);
  expect(method.riskRows[0]).toMatchObject({ id: expect.any(String), level: expect.any(String) });
  expect(method.accuracy.sets[0]).toMatchObject({ n: expect.any(Number) });
  expect(method.traits.map(({ id }: { id: string }) => id)).toContain('destructive');
});
