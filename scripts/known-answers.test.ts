import { join } from 'node:path';
import { resolvePointer, type ServerId } from '@toolwarden/catalogue';
import { openStore } from '@toolwarden/catalogue/store';
import { checkPolicyText, recommend } from '@toolwarden/policy';
import { expect, test } from 'vitest';

const store = openStore(join(import.meta.dirname, '../data'));
const entries = new Map((await store.readEntries()).items.map((entry) => [entry.record.id, entry]));

/** Answers settled by people from the real definitions; a change of rules must not move them unseen. */
test.for<[ServerId, string, string, string]>([
  ['npm:@iterable/mcp', 'send_campaign', 'Execute', 'High'],
  ['npm:@iterable/mcp', 'trigger_journey', 'Execute', 'High'],
  ['npm:@iterable/mcp', 'track_event', 'Write', 'Medium'],
  ['npm:@iterable/mcp', 'start_export_job', 'Execute', 'High'],
  ['npm:trigger.dev', 'trigger_task', 'Execute', 'High'],
])(
  '%s %s is %s %s, with quoted evidence, a rationale and a policy',
  ([id, name, category, risk]) => {
    const entry = entries.get(id);
    const tool = entry?.tools.find(({ definition }) => definition.name === name);
    if (entry === undefined || tool?.classification === undefined)
      throw new Error(`${id} ${name} is not catalogued`);
    expect(tool.judgement).toMatchObject({ category, risk });
    const { evidence, rationale } = tool.classification;
    expect(evidence.map((quoted) => quoted.for)).toContain('category');
    for (const { pointer, quote } of evidence.filter(
      (quoted) => !quoted.pointer.startsWith('/server/'),
    )) {
      expect(JSON.stringify(resolvePointer(tool.definition, pointer)) ?? pointer).toContain(
        JSON.stringify(quote).slice(1, -1),
      );
    }
    expect(rationale.split(/\s+/).length).toBeGreaterThanOrEqual(20);
    expect(rationale.split(/\s+/).length).toBeLessThanOrEqual(70);
    expect(rationale).not.toMatch(/\ba (Execute|execution)\b/);
    expect(checkPolicyText(JSON.stringify(recommend(entry, name).policy, null, 2))).toEqual([]);
  },
);

test('all 118 tools of the server with three permission switches are listed', () => {
  expect(entries.get('npm:@iterable/mcp')?.tools).toHaveLength(118);
});

test('at least thirty servers are listed', () => {
  const listed = [...entries.values()].filter(({ record }) => record.outcome === 'complete');
  expect(listed.length).toBeGreaterThanOrEqual(30);
});
