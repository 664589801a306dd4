import type { CatalogueEntry, ToolDefinition, Trait } from '@toolwarden/catalogue';
import { assess } from '@toolwarden/catalogue';
import { expect, test } from 'vitest';
import { compareServers } from './compare-servers.ts';
import { toolsListEntry } from './workbench/tools-list.ts';

function server(tools: [name: string, traits: Trait[], properties?: object][]): CatalogueEntry {
  const definitions = tools.map(
    ([name, , properties = {}]) => ({ name, inputSchema: { properties } }) as ToolDefinition,
  );
  const entry = toolsListEntry(definitions, 'x');
  if (entry === undefined) throw new Error('no tools');
  const judged = entry.tools.map((tool, index) => {
    const traits = tools[index]?.[1] ?? [];
    return { ...tool, judgement: { category: 'Read' as const, traits, ...assess('Read', traits) } };
  });
  return { ...entry, tools: judged };
}

test('what one can do and the other cannot is named by its trait and tools', () => {
  const a = server([
    ['read_mail', ['private_data']],
    ['ping', []],
  ]);
  const b = server([
    ['ping', []],
    ['delete_all', ['destructive', 'private_data']],
  ]);
  const found = compareServers(a, b);
  expect(found.only).toEqual({ a: [], b: ['Destructive'] });
  expect(found.traits.map(({ trait, a: ofA, b: ofB }) => [trait, ofA.length, ofB.length])).toEqual([
    ['destructive', 0, 1],
    ['private_data', 1, 1],
  ]);
  expect(found.tools.map(({ name }) => name)).toEqual(['ping', 'read_mail', 'delete_all']);
  expect(found.levels.find(({ level }) => level === 'Critical')).toMatchObject({ a: 0, b: 1 });
});

test('a tool of one name that is another tells what differs, and an equal one nothing', () => {
  const a = server([
    ['same', [], { q: { type: 'string' } }],
    ['other', [], { q: { type: 'string' }, old: {}, n: { type: 'number' } }],
  ]);
  const b = server([
    ['same', [], { q: { type: 'string' } }],
    ['other', [], { q: { type: 'string' }, new: {}, n: { type: 'integer' } }],
  ]);
  expect(compareServers(a, b).tools.map(({ differences }) => differences)).toEqual([
    ['argument old only on the left', 'argument n', 'argument new only on the right'],
    [],
  ]);
});
