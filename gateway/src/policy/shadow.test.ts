import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Policy } from '@toolwarden/policy';
import { afterEach, expect, test, vi } from 'vitest';
import { openAuditReader } from '../audit/audit-reader.ts';
import { auditShadow } from '../audit/audit-shadow.ts';
import { openSqliteState } from '../state/sqlite-state.ts';
import { createHarness, type HarnessOptions, openTool } from '../testing/harness.ts';
import { startHttpHarness } from '../testing/http-gateway.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { createShadow } from './shadow.ts';

type Harness = Awaited<ReturnType<typeof createHarness>>;
const all: Harness[] = [];
// INVARIANT: every run is checked, whatever the test itself looks at.
afterEach(() => {
  for (const harness of all.splice(0)) expect(harness.broken({ clientLeft: true })).toEqual([]);
});

const policy = (more: object, fallback = 'allow') =>
  ({ version: '1', default: fallback, ...more }) as Policy;
const start = async (
  active: object,
  shadow: object,
  { fallback, ...options }: Partial<HarnessOptions> & { fallback?: string } = {},
) => {
  const harness = await createHarness({
    policy: policy(active, fallback),
    shadow: policy(shadow),
    tools: ['read', 'pay', 'send'].map((name) => openTool(name)),
    script: ({ method }) => (method === 'tools/call' ? { content: [] } : undefined),
    ...options,
  });
  all.push(harness);
  return harness;
};
const calls = async (harness: Harness, ...names: string[]) => {
  for (const name of names) await harness.call(name);
  return harness.reached();
};
/** What was decided, and what the staged policy said. */
const both = ({ state }: Harness) =>
  state.decisions.map(({ recorded: { decision } }) => [decision.effect, decision.shadow?.effect]);
const twice = { limits: [{ max: 2, window: 'hour' }] };
const once = { limits: [{ max: 1, window: 'hour' }] };

test('a stricter and a looser staged policy are both told of, and neither has any effect', async () => {
  const strict = await start({}, { tools: { pay: { action: 'deny' } } });
  expect(await calls(strict, 'pay', 'read')).toEqual(['pay', 'read']);
  expect(both(strict)).toEqual([
    ['allow', 'deny'],
    ['allow', 'allow'],
  ]);
  expect(strict.state.decisions[0]?.recorded.decision.shadow).toMatchObject({
    rules: ['/tools/pay/action'],
    policy: expect.stringMatching(/^sha256:/),
  });
  const loose = await start({ tools: { pay: { action: 'deny' } } }, {});
  expect(await calls(loose, 'pay', 'read')).toEqual(['read']);
  expect(both(loose)).toEqual([
    ['deny', 'allow'],
    ['allow', 'allow'],
  ]);
});

test('limits of the staged policy count on their own, the calls that it would have let pass', async () => {
  const harness = await start({ tools: { read: twice } }, { tools: { read: once } });
  expect(await calls(harness, 'read', 'read', 'read')).toEqual(['read', 'read']);
  expect(both(harness)).toEqual([
    ['allow', 'allow'],
    ['allow', 'deny'],
    ['deny', 'deny'],
  ]);
  const used = harness.state.decisions.map(({ recorded }) => recorded.decision.counters[0]?.used);
  expect(used).toEqual([1, 2, 2]);
});

test('what the policy in force refuses costs nothing in it, and counts in the shadow', async () => {
  const harness = await start({ tools: { read: { action: 'deny' } } }, { tools: { read: once } });
  await calls(harness, 'read', 'read');
  expect(both(harness)).toEqual([
    ['deny', 'allow'],
    ['deny', 'deny'],
  ]);
});

test('flow rules of the staged policy go by marks of its own', async () => {
  const flow = {
    ...{ after: { traits: ['private_data'] }, then: { traits: ['communicates_externally'] } },
    ...{ within: '10m', action: 'deny' },
  };
  const harness = await start(
    {},
    {
      tools: { read: { marks: ['private_data'] }, send: { marks: ['communicates_externally'] } },
      flows: [flow],
    },
  );
  expect(await calls(harness, 'send', 'read', 'send')).toEqual(['send', 'read', 'send']);
  expect(both(harness).map(([, shadow]) => shadow)).toEqual(['allow', 'allow', 'deny']);
});

test('an answer that came late marks as of then in the shadow too', async () => {
  const flow = {
    ...{ after: { traits: ['private_data'] }, then: { traits: ['communicates_externally'] } },
    ...{ within: '10m', action: 'deny' },
  };
  const tools = {
    read: { marks: ['private_data'] },
    send: { marks: ['communicates_externally'] },
  };
  const script = ({ method }: { method: string }) =>
    method === 'tools/call' ? { raw: [] } : undefined;
  const harness = await start({}, { tools, flows: [flow] }, { script });
  const params = { name: 'read', arguments: {} };
  harness.send(JSON.stringify({ jsonrpc: '2.0', id: 'late', method: 'tools/call', params }));
  await vi.waitFor(() => expect(harness.reached()).toEqual(['read']), 30_000);
  const { id } = harness.serverGot().at(-1) ?? {};
  harness.pass(250_000);
  harness.answer(JSON.stringify({ jsonrpc: '2.0', id, result: { content: [] } }));
  expect(await harness.answerTo('late')).toHaveProperty('result');
  // Ten minutes after the call was sent, not after its answer.
  harness.pass(360_000);
  await harness.call('send');
  expect(both(harness).at(-1)).toEqual(['allow', 'deny']);
  harness.pass(600_000);
  await harness.call('send');
  expect(both(harness).at(-1)).toEqual(['allow', 'allow']);
});

test('a call that a person approved is judged by the staged policy as approved, once', async () => {
  const asks = { tools: { pay: { action: 'approve', limits: once.limits } } };
  const harness = await start(asks, asks);
  await calls(harness, 'pay');
  const [approval] = harness.state.approvals.values();
  harness.state.answer(approval?.id ?? '', 'approved');
  expect(await calls(harness, 'pay')).toEqual(['pay']);
  expect(both(harness)).toEqual([
    ['approve', 'approve'],
    ['allow', 'allow'],
  ]);
});

test('a call that waits for a person counts in the shadow once, when it comes again', async () => {
  const harness = await start({ tools: { pay: { action: 'approve' } } }, { tools: { pay: once } });
  await calls(harness, 'pay');
  harness.state.answer([...harness.state.approvals.keys()][0] ?? '', 'approved');
  expect(await calls(harness, 'pay', 'pay')).toEqual(['pay']);
  expect(both(harness)).toEqual([
    ['approve', 'allow'],
    ['allow', 'allow'],
    ['approve', 'deny'],
  ]);
});

test('a call that the staged policy would have asked about counts there once it ran', async () => {
  const harness = await start(
    {},
    {
      tools: { pay: { action: 'approve', limits: once.limits } },
    },
  );
  expect(await calls(harness, 'pay', 'pay')).toEqual(['pay', 'pay']);
  expect(both(harness)).toEqual([
    ['allow', 'approve'],
    ['allow', 'deny'],
  ]);
});

test('arguments that the tool does not take are refused by both, and a staged pinning is tried', async () => {
  const lock = { version: '1', servers: {} } as never;
  const harness = await start({}, { pinning: 'enforce' }, { lock });
  expect(await calls(harness, 'read')).toEqual(['read']);
  const [first] = harness.state.decisions;
  expect(first?.recorded.decision.shadow).toMatchObject({ effect: 'deny', rules: ['/pinning'] });
  await harness.call('none');
  expect(both(harness).at(-1)).toEqual(['deny', 'deny']);
});

test('what a staged pinning finds is told of by nobody, so that it is when that policy is in force', async () => {
  const lock = { version: '1', servers: {} } as never;
  const harness = await start({}, { pinning: 'warn' }, { lock });
  await calls(harness, 'read');
  expect(harness.pinEvents).toEqual([]);
  await harness.setPolicy(policy({ pinning: 'warn' }));
  await calls(harness, 'read');
  expect(harness.pinEvents).toMatchObject([{ kind: 'tool', name: 'read', change: 'new' }]);
});

test('a call that never left costs nothing in the shadow either', async () => {
  const windows = createShadow(() => {
    throw new Error('never asked');
  });
  const charges = [{ key: 'k', charged: 1, windowMs: 1_000 }];
  windows.counters.add({ at: 5, call: 'c1', charges });
  windows.undo('c1', 6);
  windows.undo('c1', 7);
  expect(windows.counters.used('k', 1_000, 8)).toBe(0);
});

test('a staged policy that breaks changes nothing, and is told of', async () => {
  const harness = await start({ tools: { pay: { action: 'deny' } } }, {});
  harness.breakShadow();
  expect(await calls(harness, 'pay', 'read')).toEqual(['read']);
  expect(both(harness)).toEqual([
    ['deny', 'failed'],
    ['allow', 'failed'],
  ]);
});

test('the agent learns nothing of a staged policy', async () => {
  const harness = await start(
    { tools: { pay: { action: 'deny' } } },
    { tools: { pay: { action: 'approve', reason: 'canary' } } },
  );
  const answer = JSON.stringify(await harness.call('pay'));
  expect(answer).toContain('Refused');
  expect(answer).not.toMatch(/canary|shadow|approv/);
});

test('the record holds both, and says which calls a switch would change', async () => {
  const folder = temporaryFolder();
  const state = openSqliteState({ folder });
  const harness = await start(
    { tools: { pay: { action: 'deny' } } },
    { tools: { read: { action: 'approve' } } },
    { openedState: state },
  );
  await calls(harness, 'read', 'read', 'pay', 'send');
  await state.close();
  const reader = openAuditReader(folder);
  const reports = auditShadow(reader, 0);
  expect(reports).toEqual([
    {
      ...{ policy: expect.stringMatching(/^sha256:/), judged: 4, changed: 3 },
      lastAt: expect.any(Number),
      changes: [
        expect.objectContaining({
          ...{ server: 'test', tool: 'read', effect: 'allow', shadow: 'approve', count: 2 },
          shadowRules: ['/tools/read/action'],
        }),
        expect.objectContaining({
          ...{ tool: 'pay', effect: 'deny', shadow: 'allow', count: 1 },
          rules: ['/tools/pay/action'],
        }),
      ],
    },
  ]);
  expect(auditShadow(reader, Number.MAX_SAFE_INTEGER)).toEqual([]);
  reader.close();
});

test('a gateway follows what is staged beside a policy and for a single grant', async () => {
  const staged = join(temporaryFolder(), 'staged.json');
  const own = join(temporaryFolder(), 'own.json');
  const write = (path: string, more: object) => writeFileSync(path, JSON.stringify(policy(more)));
  write(staged, { tools: { act: { action: 'deny' } } });
  write(own, { tools: { act: { action: 'approve' } } });
  const harness = await startHttpHarness({
    ...{
      tools: [openTool('act')],
      grants: { 'token-of-sixteen': ['test'], 'another-of-16-ch': ['test'] },
    },
    config: { shadow: { policies: { p: staged }, grants: { 'g-another-of-16-ch': own } } },
  });
  const call = (token: string) =>
    harness.ask(
      'tools/call',
      { name: 'act', arguments: {} },
      {
        headers: { Authorization: `Bearer ${token}` },
      },
    );
  const last = () => harness.state.decisions.at(-1)?.recorded.decision.shadow?.effect;
  await call('token-of-sixteen');
  expect(last()).toBe('deny');
  await call('another-of-16-ch');
  expect(last()).toBe('approve');
  write(staged, { tools: { act: { action: 'approve' } } });
  await harness.gateway.reload();
  await call('token-of-sixteen');
  expect(last()).toBe('approve');
  // Broken: what was staged before stays, and so does the policy in force.
  writeFileSync(staged, '{');
  await harness.gateway.reload();
  await call('token-of-sixteen');
  expect(last()).toBe('approve');
  expect(harness.log.join('\n')).toMatch(/staged beside policy p before it stays/);
  expect(harness.reached()).toHaveLength(4);
  expect(harness.broken()).toEqual([]);
});
