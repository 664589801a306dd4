import { join } from 'node:path';
import { type CatalogueEntry, resolvePointer } from '@toolwarden/catalogue';
import { policySchema } from '@toolwarden/policy';
import { beforeAll, expect, test } from 'vitest';
import { readCatalogue, type WholeCatalogue } from '../testing/read-catalogue.ts';
import { aroundDigests } from './around-digest.ts';
import { serverLine } from './bulk-lines.ts';
import { type CatalogueView, catalogueView, countLevels } from './catalogue-view.ts';
import { homeView } from './home-view.ts';
import { namesIndex } from './names-index.ts';
import { serverPolicies, toolPolicies } from './policy-panels.ts';
import { policyReasons } from './policy-reasons.ts';
import { serverSearchRecord } from './search-record.ts';
import { summarizeServer } from './server-summary.ts';
import { serverTwin, serverTwinMarkdown } from './server-twin.ts';
import { serverView } from './server-view.ts';
import { toolTwin, toolTwinMarkdown } from './tool-twin.ts';
import { toolView } from './tool-view.ts';

const FIXTURES = join(import.meta.dirname, '../../../catalogue/fixtures');
let catalogue: CatalogueView;
let entries: CatalogueEntry[];
let refs: WholeCatalogue['refs'];
beforeAll(async () => {
  ({ catalogue, entries, refs } = await readCatalogue(FIXTURES));
});

function tool(server: string, name: string) {
  const ref = refs.find(
    ({ entry, tool: each }) => entry.record.id === server && each.definition.name === name,
  );
  if (ref === undefined) throw new Error(`no fixture ${server} ${name}`);
  return ref;
}
const around = () => ({ ...catalogue, countTokens: (text: string) => text.length });
const view = (server: string, name: string) => toolView(around(), tool(server, name), []);

test('a tool’s view says level, label, rows and the words that show it', () => {
  const found = view('npm:@fixture/campaigns', 'send_campaign');
  expect(found).toMatchObject({ level: 'High', label: 'Execute', category: 'Execute' });
  expect(found.rows.map(({ id }) => id)).toEqual(['R3']);
  expect(found.facts.map(({ id, quotes }) => [id, quotes[0]?.quote])).toEqual([
    ['category', 'Send an existing scheduled campaign immediately'],
    ['bulk', 'to its whole list'],
    ['communicates_externally', 'send_campaign'],
  ]);
  expect(found.definition.filter(({ marks }) => marks)).toHaveLength(3);
});

test('a tool lists the attacks that its own capabilities allow, and only those', () => {
  const found = view('npm:@fixture/campaigns', 'send_campaign').attacks;
  expect(found.map(({ id, stops }) => [id, stops])).toEqual([
    ['message-to-everyone', 'A policy can stop it. Each send can be made to wait for a person.'],
  ]);
  expect(found[0]?.because).toMatch(/^because it /);
  expect(view('npm:@fixture/campaigns', 'get_campaigns').attacks).toEqual([]);
});

test('a tool that nobody judged has no level, its policy refuses it and the index says so', () => {
  const ref = tool('npm:@fixture/unclassified-tool', 'sync_everything');
  const found = toolView(around(), ref, []);
  expect([found.level, found.label, found.rows, found.facts]).toEqual([
    undefined,
    undefined,
    [],
    [],
  ]);
  const [recommended] = toolPolicies(ref.entry, ref.tool);
  expect(JSON.parse(recommended?.text ?? '').tools.sync_everything.action).toBe('deny');
  expect(namesIndex(catalogue)).toContain('\nsync_everything\ta\n');
  expect(toolTwin(ref, found, [])).toMatchObject({ level: null, category: null });
});

test('a person’s answer holds, with the computed one beside it', () => {
  const found = view('config:corrected-by-a-person', 'reset_view');
  expect(found.level).toBe('Medium');
  expect(found.correction).toMatchObject({ by: 'a reviewer', computed: 'Critical' });
});

test('a person’s answer for an earlier definition is shown, and does not hold', () => {
  const ref = refs.find(({ tool }) => tool.correction !== undefined);
  const { correction, ...tool } = ref?.tool ?? {};
  const moved = { ...ref, tool: { ...tool, staleCorrection: correction } } as (typeof refs)[0];
  const found = toolView(around(), moved, []);
  expect(found).toMatchObject({
    correction: undefined,
    staleCorrection: { by: correction?.by, reason: correction?.reason },
  });
  expect(toolTwinMarkdown(found, [])).toContain('was for an earlier definition');
  expect(toolTwin(moved, found, [])).toMatchObject({
    correction: null,
    staleCorrection: correction,
  });
});

test('the policies of every fixture, tool by tool and whole, pass our own check and the schema', () => {
  const panels = [
    ...refs.flatMap(({ entry, tool: each }) => toolPolicies(entry, each)),
    ...entries.filter(({ tools }) => tools.length > 0).flatMap((entry) => serverPolicies(entry)),
  ];
  expect(panels.length).toBeGreaterThan(3 * refs.length);
  for (const { text, fault } of panels) {
    expect(fault).toBeUndefined();
    expect(policySchema.safeParse(JSON.parse(text)).success).toBe(true);
  }
});

test('each rule of a policy has its reason, under its place in that policy', () => {
  const { entry, tool: shell } = tool('npm:@fixture/shell', 'run_command');
  const [recommended] = toolPolicies(entry, shell);
  expect(recommended?.whys[0]).toMatchObject({
    pointer: '/tools/run_command/action',
    place: 'action',
  });
  for (const { pointer } of recommended?.whys ?? [])
    expect(resolvePointer(JSON.parse(recommended?.text ?? ''), pointer)).toBeDefined();
});

test('the policy of a large server is one piece of text, and a reason that holds for many rules stands once', () => {
  const large = entries.find(({ record }) => record.id === 'npm:@fixture/many-tools');
  const small = entries.find(({ record }) => record.id === 'npm:@fixture/campaigns');
  const [many] = serverPolicies(large as (typeof entries)[0]);
  const [few] = serverPolicies(small as (typeof entries)[0]);
  expect(many?.text.length).toBeGreaterThan(10_000);
  expect(many?.tokens).toEqual([{ kind: 'plain', text: many?.text }]);
  expect(few?.tokens.length).toBeGreaterThan(10);
  const reasons = policyReasons(many?.whys ?? []);
  expect(reasons.length).toBeLessThan((many?.whys.length ?? 0) / 2);
  expect(new Set(reasons.map(({ why }) => why)).size).toBe(reasons.length);
  expect(reasons.flatMap(({ places }) => places).sort()).toEqual(
    many?.whys.map(({ place }) => place).sort(),
  );
});

test('tools of a server that is gone keep their page and leave the lists', () => {
  const isGone = (id: string) => id === 'npm:@fixture/gone';
  expect(refs.some(({ entry }) => isGone(entry.record.id))).toBe(true);
  expect(catalogue.tools.some(({ serverId }) => isGone(serverId))).toBe(false);
});

test('the same act on another server is related, by its words and not its spelling', () => {
  expect(view('npm:@fixture/many-tools', 'create_issue').elsewhere.map(({ url }) => url)).toEqual([
    '/servers/url__jobs.fixture.example__mcp/tools/create_issue',
  ]);
  expect(view('npm:@fixture/many-tools', 'get_label').elsewhere).toEqual([]);
});

test('neighbours on a server share its object, not its verb', () => {
  const names = view('npm:@fixture/many-tools', 'get_label').here.map(({ name }) => name);
  expect(names).toHaveLength(5);
  expect(names.every((name) => name.endsWith('_label'))).toBe(true);
  expect(names[0]).toBe('delete_label');
});

test('a server that could not be listed says why', () => {
  const entry = entries.find(({ record }) => record.id === 'npm:@fixture/wants-backend');
  expect(entry && serverView(entry)).toMatchObject({
    status: 'not listed',
    reason: { code: 'wants-backend', words: 'It wants a database or service to be running.' },
  });
});

test('the tools of a server that could not be listed are not known, which is not none', () => {
  const entry = entries.find(({ record }) => record.id === 'npm:@fixture/wants-backend');
  if (entry === undefined) throw new Error('no fixture');
  const found = serverView(entry);
  expect(serverTwin(entry, found)).toMatchObject({ tools: null });
  expect(serverLine(summarizeServer(entry, []))).toMatchObject({ tools: null });
  expect(serverSearchRecord(entry).meta['server']).toBe('not listed');
  const text = serverTwinMarkdown(found);
  expect(text).toContain('## Tools\n\nNot known: it could not be listed.');
  expect(text).not.toContain('(none)');
});

test('the JSON twin of a tool names what its page calls related, here and elsewhere', () => {
  const ref = tool('npm:@fixture/many-tools', 'create_issue');
  const found = toolView(around(), ref, []);
  const urls = [...found.here, ...found.elsewhere].map(({ url }) => url);
  expect(found.here.length * found.elsewhere.length).toBeGreaterThan(0);
  expect(toolTwin(ref, found, [])).toMatchObject({ related: urls });
});

test('a server is found by the words of its name and of its tools', () => {
  const entry = entries.find(({ record }) => record.id === 'npm:@fixture/many-tools');
  expect(entry && serverSearchRecord(entry)).toMatchObject({
    url: '/servers/npm__fixture__many-tools',
    content: expect.stringContaining('delete label: '),
    meta: { kind: 'server', words: expect.stringContaining('many tools'), server: '72 tools' },
    filters: { kind: ['server'] },
  });
});

test('S3: links of a record are live only where they are https', () => {
  const entry = entries.find(({ record }) => record.id === 'npm:@fixture/hostile-text');
  expect(entry && serverView(entry).links.map(({ href }) => href)).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

test('the levels of all tools add up, and what is not classified is counted by itself', () => {
  const counts = countLevels(catalogue.tools);
  expect(counts.reduce((sum, { count }) => sum + count, 0)).toBe(catalogue.tools.length);
  expect(counts.at(-1)).toEqual({ level: undefined, count: 4 });
  expect(homeView(catalogue)).toMatchObject({ toolCount: catalogue.tools.length, failedCount: 1 });
});

test('the view is the same in whatever order servers come, and only a named neighbour changes what stands around one', () => {
  const reversed = catalogueView(catalogue.servers.toReversed(), catalogue.attackEntries);
  expect(JSON.stringify(reversed.tools)).toBe(JSON.stringify(catalogue.tools));
  const [before, after] = [catalogue, without('url:jobs.fixture.example/mcp')].map(aroundDigests);
  const changed = [...(before ?? [])].filter(([slug, digest]) => after?.get(slug) !== digest);
  expect(changed.map(([slug]) => slug).sort()).toEqual([
    'npm__fixture__many-tools',
    'url__jobs.fixture.example__mcp',
  ]);
});

function without(id: string): CatalogueView {
  const servers = catalogue.servers.filter((server) => server.id !== id);
  return catalogueView(servers, catalogue.attackEntries);
}
