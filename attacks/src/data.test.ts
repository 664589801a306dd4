import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  attacksFor,
  type CatalogueEntry,
  type CatalogueTool,
  searchAttacks,
  type ToolDefinition,
  toolDigest,
} from '@toolwarden/catalogue';
import { attackText, openStore } from '@toolwarden/catalogue/store';
import { checkPatterns } from '@toolwarden/policy';
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

test('every pattern of every policy is one that the gateway takes', async () => {
  const refused: string[] = [];
  for (const { attack } of items) {
    for (const { policy } of attack.stoppedBy) {
      const findings = policy === undefined ? [] : await checkPatterns(JSON.stringify(policy));
      refused.push(...findings.map(({ message }) => `${attack.id}: ${message}`));
    }
  }
  expect(refused).toEqual([]);
});

test('every related entry is there', () => {
  const ids = new Set(items.map(({ attack }) => attack.id));
  const dangling = items.flatMap(({ attack }) => attack.related.filter((id) => !ids.has(id)));
  expect(dangling).toEqual([]);
});

test.for([
  ['CVE-2025-6514', 'cve-2025-6514-mcp-remote'],
  ['rug pull', 'rug-pull'],
  ['SAF-T1001', 'tool-poisoning'],
  ['SAFE-T1001', 'tool-poisoning'],
  ['lethal trifecta', 'lethal-trifecta'],
] as const)('a search for %s gives %s first', ([query, id]) => {
  expect(searchAttacks(items, query)[0]?.attack.id).toBe(id);
});

test('each SAF-MCP id finds first the technique that is it, in either spelling', () => {
  for (const { attack } of items.filter(({ attack: { kind } }) => kind === 'technique'))
    for (const alias of attack.aliases.filter((each) => /^SAFE?-/.test(each)))
      expect(searchAttacks(items, alias)[0]?.attack.aliases, alias).toContain(alias);
});

/** A server of one tool, judged as a plain read. */
function serverOf(
  definition: ToolDefinition,
  traits: string[] = [],
): [CatalogueEntry, CatalogueTool] {
  const tool = {
    definition,
    digest: toolDigest(definition),
    configurations: [],
    judgement: { category: 'Read', label: 'Read', risk: 'Low', traits },
  } as unknown as CatalogueTool;
  const record = { id: 'npm:@fixture/status', tools: [] };
  return [{ record, tools: [tool] } as unknown as CatalogueEntry, tool];
}

test('a harmless status reader lists no attack of the database, and one that reads secrets does', () => {
  const attacks = items.map(({ attack }) => attack);
  const status: ToolDefinition = {
    name: 'get_status',
    description: 'Returns whether the service is up, its version and how long it has run.',
    inputSchema: { type: 'object', properties: { verbose: { type: 'boolean' } } },
  };
  expect(attacksFor(...serverOf(status), attacks).map(({ attack }) => attack.id)).toEqual([]);
  const listed = attacksFor(...serverOf(status, ['credential_access']), attacks);
  expect(listed.map(({ attack }) => attack.id)).toContain('token-in-tool-response');
});
