// P10 and P11 through the gateway itself: the policy room's lists of tricks, held against what reaches the server.
import type { JsonObject } from '@toolwarden/catalogue';
import type { Policy } from '@toolwarden/policy';
import { argumentTricks, resemblingNames, toolName } from '@toolwarden/policy/tricks-testkit';
import { expect, test } from 'vitest';
import { createHarness, openTool } from './testing/harness.ts';

const start = (policy: object, tools: JsonObject[]) =>
  createHarness({
    policy: { version: '1', default: 'deny', ...policy } as Policy,
    tools,
    script: ({ method }) => (method === 'tools/call' ? { content: [] } : undefined),
  });

test(`P10: of ${resemblingNames.length} names that resemble a tool's none reaches the server`, async () => {
  expect(resemblingNames.length).toBeGreaterThanOrEqual(200);
  const harness = await start({ default: 'allow' }, [openTool(toolName)]);
  for (const name of resemblingNames) await harness.call(name);
  expect(harness.reached()).toEqual([]);
  await harness.call(toolName);
  expect(harness.reached()).toEqual([toolName]);
  expect(harness.broken()).toEqual([]);
});

test('P10: a server that lists the resembling names too has them refused by the rule for the one', async () => {
  const names = [...new Set([toolName, ...resemblingNames])];
  const harness = await start(
    { tools: { [toolName]: {} } },
    names.map((name) => openTool(name)),
  );
  for (const name of resemblingNames) await harness.call(name);
  expect(harness.reached()).toEqual([]);
});

test('P11: of more than 300 tricks with arguments none reaches the server', async () => {
  let tried = 0;
  for (const { condition, good, bad } of argumentTricks) {
    const rule = { require: [{ path: 'args.x', ...condition }] };
    const harness = await start({ tools: { act: rule } }, [openTool('act')]);
    // What JSON cannot carry no client can send.
    for (const x of bad.filter((value) => Number.isFinite(value) || typeof value !== 'number')) {
      await harness.call('act', { x });
      tried++;
    }
    expect(harness.reached()).toEqual([]);
    await harness.call('act', { x: good });
    expect(harness.reached()).toEqual(['act']);
    expect(harness.broken()).toEqual([]);
  }
  expect(tried).toBeGreaterThanOrEqual(300);
});
