import { join } from 'node:path';
import type { CatalogueEntry } from '@toolwarden/catalogue';
import { openStore } from '@toolwarden/catalogue/store';
import {
  benignArguments,
  checkPolicyText,
  compilePolicy,
  createMemoryCounters,
  decide,
  profiles,
  recommend,
  recommendServer,
} from '@toolwarden/policy';
import { expect, test } from 'vitest';

const { items } = await openStore(join(import.meta.dirname, '../data')).readEntries();
const entries = items.filter(({ tools }) => tools.length > 0);

test('there are tools to recommend policies for', () => {
  expect(entries.flatMap(({ tools }) => tools).length).toBeGreaterThan(500);
});

// Nothing can be written for such names: one would be a pattern, the other no key.
const isNamable = (name: string) => !name.includes('*') && name !== '__proto__' && name !== '';

test.for(profiles)('the %s policy of every catalogued tool has no finding', (profile) => {
  const found = entries.flatMap((entry) =>
    entry.tools.flatMap(({ definition: { name } }) => {
      const text = JSON.stringify(recommend(entry, name, profile).policy, null, 2);
      const findings = isNamable(name) ? checkPolicyText(text, { entry }) : [];
      return findings.map((finding) => ({ server: entry.record.id, name, finding }));
    }),
  );
  expect(found).toEqual([]);
});

test.for(profiles)('the %s policy of every catalogued server is a valid document', (profile) => {
  const found = entries.flatMap((entry) => {
    const { policy } = recommendServer(entry, profile);
    return checkPolicyText(JSON.stringify(policy)).filter(({ severity }) => severity === 'error');
  });
  expect(found).toEqual([]);
});

test('under the recommended policy a plain call of every judged tool is allowed, or a person is asked', async () => {
  const refused = [];
  for (const entry of entries) {
    for (const tool of entry.tools) refused.push(...(await refusalOf(entry, tool)));
  }
  expect(refused).toEqual([]);
});

async function refusalOf(entry: CatalogueEntry, tool: CatalogueEntry['tools'][number]) {
  const { name } = tool.definition;
  if (tool.judgement === undefined || !isNamable(name)) return [];
  const policy = await compilePolicy(recommend(entry, name).policy);
  const call = { server: entry.record.id, tool: name, arguments: benignArguments(tool) };
  const decision = decide(policy, call, { at: 0, counters: createMemoryCounters() });
  return decision.effect === 'deny' ? [{ server: entry.record.id, name, ...decision }] : [];
}
