import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { readCatalogue } from '../testing/read-catalogue.ts';
import { writeSqlite } from '../write-sqlite.ts';
import { toolLine } from './bulk-lines.ts';
import { csv } from './csv.ts';
import { apiFiles, apiIndex, openApiDocument } from './open-api.ts';
import { registryMeta } from './registry-meta.ts';

const FIXTURES = join(import.meta.dirname, '../../../catalogue/fixtures');
const { catalogue } = await readCatalogue(FIXTURES);

test('S10: no cell of a table is a formula, whatever stands before it', () => {
  for (const hostile of ['=HYPERLINK("x")', '+1', '-1', '@SUM(A1)', '\t=1', ' =1', '＝1'])
    expect(csv([{ a: hostile }], ['a']).split('\r\n')[1]).toMatch(/^"'/);
  expect(csv([{ a: 'x "y"\nz', b: ['p', 'q'], c: null }], ['a', 'b', 'c'])).toBe(
    '"a","b","c"\r\n"x ""y""\nz","p q",""\r\n',
  );
});

test('the SQLite file holds every tool, and NULL where nobody has judged', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'site-sqlite-'));
  try {
    const file = join(folder, 'c.sqlite');
    writeSqlite(catalogue, file);
    const db = new DatabaseSync(file, { readOnly: true });
    const one = (sql: string) => Object.values(db.prepare(sql).get() ?? {})[0];
    expect(one('SELECT count(*) FROM tools')).toBe(catalogue.tools.length);
    expect(one('SELECT count(*) FROM tools WHERE level IS NULL')).toBe(4);
    expect(one("SELECT level FROM tools WHERE tool = 'send_campaign'")).toBe('High');
    expect(one("SELECT tools FROM servers WHERE id LIKE '%wants-backend'")).toBeNull();
    db.close();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('the overlay names a package as the registry does, and knows nothing of what was not listed', () => {
  const meta = (id: string) => {
    const server = catalogue.servers.find((each) => each.id === id);
    if (server === undefined) throw new Error(id);
    return registryMeta(server, 'https://x.example');
  };
  expect(meta('npm:@fixture/campaigns')).toMatchObject({
    package: { registryType: 'npm', identifier: '@fixture/campaigns' },
    _meta: { 'dev.toolwarden/risk': { page: 'https://x.example/servers/npm__fixture__campaigns' } },
  });
  expect(meta('npm:@fixture/wants-backend')).toMatchObject({
    _meta: { 'dev.toolwarden/risk': { levels: null, tools: null } },
  });
});

test('the OpenAPI document has a parameter for each part of a path', () => {
  const { paths } = openApiDocument('https://x.example') as {
    paths: Record<string, { get: { parameters: { name: string }[] } }>;
  };
  expect(Object.keys(paths).length).toBeGreaterThan(apiFiles.length + 40);
  const { files } = apiIndex('https://x.example') as { files: { path: string }[] };
  expect(Object.keys(paths)).toEqual(files.map(({ path }) => path));
  for (const [path, { get }] of Object.entries(paths))
    expect(get.parameters.map(({ name }) => `{${name}}`)).toEqual(path.match(/\{\w+\}/g) ?? []);
});

test('a tool’s line is null, never low, where nobody has judged', () => {
  const tool = catalogue.tools.find(({ level }) => level === undefined);
  expect(tool && toolLine(tool)).toMatchObject({ level: null, category: null, traits: null });
});
