import { join } from 'node:path';
import { type CatalogueEntry, escapePointer } from '@toolwarden/catalogue';
import { expect, test } from 'vitest';
import { readCatalogue } from '../testing/read-catalogue.ts';
import { serverPolicies } from './policy-panels.ts';
import { serverMarks } from './server-marks.ts';
import { type KeptRules, printKeptRules, readKeptRules, serverRules } from './server-rules.ts';

const { entries } = await readCatalogue(join(import.meta.dirname, '../../../catalogue/fixtures'));
const withTools = entries.filter(({ tools }) => tools.length > 0);

/** As the next build finds them. */
function keptOf(entry: CatalogueEntry): KeptRules {
  return JSON.parse(JSON.stringify(serverRules(entry, serverMarks(entry, [])).keep()));
}

function policiesWith(entry: CatalogueEntry, kept: KeptRules) {
  return serverPolicies(entry, undefined, serverRules(entry, serverMarks(entry, []), kept).ruleOf);
}

test('policies put together from kept rules are those that are made anew, and the same is kept again', () => {
  for (const entry of withTools) {
    const kept = keptOf(entry);
    expect(policiesWith(entry, kept)).toEqual(serverPolicies(entry));
    const again = serverRules(structuredClone(entry), serverMarks(entry, []), kept).keep();
    expect(JSON.stringify(again)).toBe(JSON.stringify(kept));
  }
});

test('only the rules of tools that are as they were are taken from what was kept', () => {
  const several = withTools.filter(({ tools }) => tools.length > 1);
  expect(several.length).toBeGreaterThan(0);
  for (const entry of several) {
    const kept = keptOf(entry);
    const changed = structuredClone(entry);
    const [first] = changed.tools;
    if (first) first.definition['description'] = 'It does something else.';
    expect(policiesWith(changed, kept)).toEqual(serverPolicies(changed));
    const told = { ...kept, sentences: kept.sentences.map(() => 'Kept.') };
    const [recommended] = policiesWith(changed, told);
    const name = escapePointer(first?.definition.name ?? '');
    for (const { place, why } of recommended?.whys ?? [])
      expect(why === 'Kept.', place).toBe(!place.startsWith(`${name}/`));
  }
});

const KEPT: KeptRules = {
  sentences: ['it sends mail'],
  tools: [['a mark', [[{ action: 'approve' }, 0, [['/action', 0]]], null, null]]],
};

test('what is kept is read as it was written', () => {
  expect(readKeptRules(printKeptRules(KEPT))).toEqual(KEPT);
  expect(JSON.parse(printKeptRules(KEPT)).rules).toEqual(KEPT);
});

test('what was changed, cut or is something else is not believed', () => {
  const text = printKeptRules(KEPT);
  const others = [
    ...['', '{}', '{"tools":5}', '[["m",null]]', JSON.stringify(KEPT), `${text}\n`],
    text.replace('"approve"', '"allow"'),
    text.replace('it sends', 'It sends'),
    text.slice(0, -1),
    text.slice(0, text.length / 2),
  ];
  for (const other of others) expect([other, readKeptRules(other)]).toEqual([other, undefined]);
});
