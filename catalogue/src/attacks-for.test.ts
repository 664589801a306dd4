import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Attack, attackSchema } from './attack.ts';
import { attacksFor, attacksForServer, attacksForStack } from './attacks-for.ts';
import type { CatalogueEntry } from './entry.ts';
import type { Needs } from './needs.ts';
import { openStore } from './store.ts';

const { items } = await openStore(join(import.meta.dirname, '../fixtures')).readEntries();

function server(id: string): CatalogueEntry {
  const found = items.find(({ record }) => record.id === id);
  if (found === undefined) throw new Error(`no fixture ${id}`);
  return found;
}

function attack(id: string, needs: Needs): Attack {
  return attackSchema.parse({
    id,
    title: id,
    kind: 'technique',
    aliases: [],
    dates: {},
    verification: 'documented',
    summary: 'A summary that is long enough to be accepted here.',
    affected: [],
    needs,
    gateway: { stops: 'none', because: 'Nothing passes the gateway.' },
    stoppedBy: [{ control: 'audit', how: 'It is written down.' }],
    mappings: [],
    related: [],
    references: [{ title: 'Example', url: 'https://example.com/' }],
  });
}

const destruction = attack('destruction', { scope: 'tool', tool: { trait: 'destructive' } });
const theft = attack('theft', {
  scope: 'combination',
  parts: [{ all: [{ category: 'Read' }, { trait: 'private_data' }] }, { trait: 'destructive' }],
});
const onlyReaders = attack('only-readers', { ...theft.needs, listedOn: 'first-part' } as Needs);
const packages = attack('packages', { scope: 'server', origins: ['npm'] });
const remote = attack('remote', { scope: 'server', origins: ['url'] });
const poisoned = attack('poisoned', { scope: 'server', tool: { trait: 'suspicious_definition' } });
const client = attack('client', { scope: 'stack' });
const all = [destruction, theft, onlyReaders, packages, remote, poisoned, client];

function found(entry: CatalogueEntry, tool: string) {
  const listed = entry.tools.find(({ definition }) => definition.name === tool);
  if (listed === undefined) throw new Error(`no tool ${tool}`);
  return Object.fromEntries(
    attacksFor(entry, listed, all).map((each) => [each.attack.id, each.because]),
  );
}

const notes = server('npm:@fixture/notes');

test('an attack is listed where the tool alone gives the harmful step, with the reason', () => {
  expect(found(notes, 'delete_note')).toMatchObject({
    destruction: 'because it destroys what is stored',
  });
});

test('a combination is listed on each tool that gives a part, and names the other tool', () => {
  expect(found(notes, 'list_notes').theft).toBe(
    'because it handles private data, and this server can also destroy what is stored (delete_note)',
  );
  expect(found(notes, 'delete_note').theft).toMatch(
    /^because it destroys what is stored, and this server can also handle private data \((list_notes|getNote)\)$/,
  );
});

test('a combination can be listed on the tools of its first part only', () => {
  expect(found(notes, 'list_notes')).toHaveProperty('only-readers');
  expect(found(notes, 'delete_note')).not.toHaveProperty('only-readers');
});

test('a tool that gives no part lists nothing, whatever else its server can do', () => {
  expect(found(notes, 'create_note')).toEqual({});
});

test('a name of ten thousand characters does not make a sentence of ten thousand characters', () => {
  const long = { ...notes, tools: notes.tools.map((tool) => ({ ...tool })) };
  for (const tool of long.tools)
    tool.definition = { ...tool.definition, name: tool.definition.name + 'x'.repeat(10_000) };
  const [because = ''] = long.tools.flatMap((tool) =>
    attacksFor(long, tool, [theft]).map((each) => each.because),
  );
  expect(because).toContain('…');
  expect(because.length).toBeLessThan(300);
});

test('a combination needs every part on the same server', () => {
  const campaigns = server('npm:@fixture/campaigns');
  for (const { definition } of campaigns.tools)
    expect(found(campaigns, definition.name)).not.toHaveProperty('theft');
});

test('a tool nobody has judged lists nothing', () => {
  const entry = server('npm:@fixture/unclassified-tool');
  const [tool] = entry.tools.filter(({ judgement }) => judgement === undefined);
  const anything = attack('anything', {
    scope: 'tool',
    tool: { not: { trait: 'contained' } },
  });
  expect(tool).toBeDefined();
  expect(attacksFor(entry, tool as NonNullable<typeof tool>, [anything])).toEqual([]);
});

test('what any server allows is on the server, and on a tool only where the tool shows it', () => {
  expect(found(notes, 'delete_note')).not.toHaveProperty('packages');
  expect(found(server('npm:@fixture/hidden-instruction'), 'get_weather')).toHaveProperty(
    'poisoned',
  );
  expect(found(notes, 'delete_note')).not.toHaveProperty('poisoned');
});

test('a server lists what its origin and its tools together allow, and never what belongs to the stack', () => {
  const because = Object.fromEntries(
    attacksForServer(notes, all).map((each) => [each.attack.id, each.because]),
  );
  expect(because).toMatchObject({
    packages: 'because it is a package that runs on your machine',
    poisoned: 'because it can happen with any server',
  });
  expect(because.theft).toMatch(/^because this server can handle private data \(.+\) and destroy/);
  expect(because).not.toHaveProperty('remote');
  expect(because).not.toHaveProperty('client');
});

test('a stack lists combinations that need more than one of its servers', () => {
  const readers: CatalogueEntry = {
    ...notes,
    record: { ...notes.record, id: 'npm:@fixture/readers' },
    tools: notes.tools.filter(({ judgement }) => judgement?.category === 'Read'),
  };
  const deleters: CatalogueEntry = {
    ...notes,
    record: { ...notes.record, id: 'npm:@fixture/deleters' },
    tools: notes.tools.filter(({ judgement }) => judgement?.traits.includes('destructive')),
  };
  const apart = attacksForStack([readers, deleters], [theft, client]);
  expect(apart.map((each) => each.attack.id)).toEqual(['theft', 'client']);
  expect(apart[0]?.because).toContain('npm:@fixture/deleters: delete_note');
  const within = attacksForStack([notes], [theft]);
  expect(within).toEqual([]);
});

test('a fault of one product is on the page of its own server and nowhere else', () => {
  const fault = {
    ...attack('fault', { scope: 'product', servers: ['npm:@fixture/notes'] }),
    affected: [{ product: 'notes', versions: 'before 1.2', fixed: '1.2' }],
  };
  const because = 'because it was found in this server (versions before 1.2; repaired in 1.2)';
  expect(attacksForServer(notes, [fault])).toEqual([{ attack: fault, because }]);
  for (const { record } of items.filter((each) => each !== notes))
    expect(attacksForServer(server(record.id), [fault])).toEqual([]);
  expect(notes.tools.flatMap((tool) => attacksFor(notes, tool, [fault]))).toEqual([]);
  expect(attacksForStack(items, [fault])).toEqual([]);
});

test('one tool that gives every part is told with what gives each', () => {
  const [tool] = notes.tools.filter(({ definition }) => definition.name === 'delete_note');
  const both = attack('both', {
    scope: 'combination',
    parts: [{ trait: 'destructive' }, { category: 'Write' }],
  });
  const because = attacksFor(notes, tool as NonNullable<typeof tool>, [both]).map(
    (each) => each.because,
  );
  expect(because).toEqual(['because it alone destroys what is stored and changes what is stored']);
});
