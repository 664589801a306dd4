import type { ToolClass } from '@toolwarden/policy';
import { afterEach, expect, test } from 'vitest';
import { createMemoryState } from '../state/memory-state.ts';
import { openSqliteState } from '../state/sqlite-state.ts';
import { createHarness, type HarnessOptions, openTool } from '../testing/harness.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';

type Harness = Awaited<ReturnType<typeof createHarness>>;
const all: Harness[] = [];
// INVARIANT: every run is checked, whatever the test itself looks at.
afterEach(() => {
  for (const harness of all.splice(0)) expect(harness.broken({ clientLeft: true })).toEqual([]);
});

const traits: Record<string, ToolClass['traits']> = {
  browse: ['untrusted_content'],
  notes: ['private_data'],
  send: ['communicates_externally'],
  add: [],
};
const classOf = ({ name }: { name: string }): ToolClass | undefined =>
  traits[name] && { category: 'Read', traits: traits[name] };
const flow = {
  after: { traits: ['untrusted_content', 'private_data'] },
  within: '10m',
  then: { traits: ['communicates_externally'] },
  action: 'deny',
};
const start = async (more: object = {}, options: Partial<HarnessOptions> = {}) => {
  const harness = await createHarness({
    policy: { version: '1', default: 'allow', flows: [flow], ...more } as never,
    tools: ['browse', 'notes', 'send', 'add', 'unknown'].map((name) => openTool(name)),
    script: ({ method }) => (method === 'tools/call' ? { content: [] } : undefined),
    classOf,
    ...options,
  });
  all.push(harness);
  return harness;
};
const calls = async (harness: Harness, ...names: string[]) => {
  for (const name of names) await harness.call(name);
  return harness.reached();
};

test('what came in from outsiders and what is private may not leave together', async () => {
  const harness = await start();
  expect(await calls(harness, 'browse', 'send', 'notes', 'send', 'add')).toEqual([
    ...['browse', 'send', 'notes', 'add'],
  ]);
  expect((await harness.call('send'))?.['result']).toMatchObject({
    isError: true,
    _meta: { 'toolwarden/decision': { rules: ['/flows/0'] } },
  });
});

test('marks fade after the time the rule names, and not before', async () => {
  const harness = await start();
  await calls(harness, 'browse', 'notes');
  harness.pass(600_000 - 1);
  expect(await calls(harness, 'send')).not.toContain('send');
  harness.pass(1);
  expect(await calls(harness, 'send')).toContain('send');
});

test('a clock that is set back ends no mark', async () => {
  const harness = await start();
  await calls(harness, 'browse', 'notes');
  harness.pass(-3_600_000);
  expect(await calls(harness, 'send')).not.toContain('send');
});

test('a tool that nobody judged leaves every mark and meets every flow rule', async () => {
  const harness = await start();
  expect(await calls(harness, 'unknown', 'unknown', 'send', 'add')).toEqual(['unknown', 'add']);
});

test('a policy says itself what a tool carries that nobody judged', async () => {
  const harness = await start({ tools: { unknown: { marks: [] } } });
  expect(await calls(harness, 'unknown', 'unknown', 'send')).toEqual([
    'unknown',
    'unknown',
    'send',
  ]);
  const other = await start({
    tools: { add: { marks: ['untrusted_content'] }, unknown: { marks: ['private_data'] } },
  });
  expect(await calls(other, 'add', 'unknown', 'send')).toEqual(['add', 'unknown']);
});

test('a call that was refused leaves no mark', async () => {
  const harness = await start({ tools: { browse: { action: 'deny' } } });
  expect(await calls(harness, 'browse', 'notes', 'send')).toEqual(['notes', 'send']);
});

test('a flow rule can ask a person, whose leave is for that call', async () => {
  const harness = await start({ flows: [{ ...flow, action: 'approve' }] });
  await calls(harness, 'browse', 'notes', 'send');
  const [approval] = harness.state.approvals.values();
  harness.state.answer(approval?.id ?? '', 'approved');
  expect(await calls(harness, 'send', 'send')).toEqual(['browse', 'notes', 'send']);
});

test('with --observe the marks are made, and the call passes', async () => {
  const harness = await start({}, { isObserving: true });
  expect(await calls(harness, 'browse', 'notes', 'send')).toEqual(['browse', 'notes', 'send']);
  const effects = harness.state.decisions.map(({ recorded }) => recorded.decision.effect);
  expect(effects).toEqual(['allow', 'allow', 'deny']);
});

test('a resource is anything, for flow rules, unless its rule says what', async () => {
  const script = ({ method }: { method: string }) =>
    method === 'tools/list' || method === 'initialize' ? undefined : { contents: [], content: [] };
  const harness = await start({}, { script });
  await harness.request('resources/read', { uri: 'x://a' });
  expect(await calls(harness, 'send')).toEqual([]);
  expect(await harness.request('resources/read', { uri: 'x://b' })).toHaveProperty('error');
  const marked = await start({ resources: { 'x://*': { marks: [] } } }, { script });
  await marked.request('resources/read', { uri: 'x://a' });
  expect(await calls(marked, 'send')).toEqual(['send']);
});

test('an answer that came late marks as of then', async () => {
  const harness = await start(
    {},
    { script: ({ method }) => (method === 'tools/call' ? { raw: [] } : undefined) },
  );
  for (const name of ['browse', 'notes']) {
    const params = { name, arguments: {} };
    harness.send(JSON.stringify({ jsonrpc: '2.0', id: name, method: 'tools/call', params }));
    for (let turn = 0; turn < 20; turn++) await new Promise((next) => setImmediate(next));
    const id = harness.serverGot().at(-1)?.id;
    harness.pass(250_000);
    harness.answer(JSON.stringify({ jsonrpc: '2.0', id, result: { content: [] } }));
    expect(await harness.answerTo(name)).toHaveProperty('result');
  }
  // Ten minutes after the first call was sent, not after its answer.
  harness.pass(110_000);
  expect(await calls(harness, 'send')).not.toContain('send');
});

test('two servers of one grant share marks, two grants do not', async () => {
  const state = createMemoryState();
  const mail = await start({}, { state, server: 'mail' });
  const web = await start({}, { state, server: 'web' });
  const others = await start({}, { state, server: 'web', grant: 'other' });
  await calls(web, 'browse');
  await calls(mail, 'notes');
  expect(await calls(mail, 'send')).toEqual(['notes']);
  expect(await calls(web, 'send')).toEqual(['browse']);
  expect(await calls(others, 'send')).toEqual(['send']);
});

test('a rule for one session does not see another session', async () => {
  const state = createMemoryState();
  const session = { flows: [{ ...flow, scope: 'session' }] };
  const one = await start(session, { state, session: 's1' });
  const two = await start(session, { state, session: 's2' });
  await calls(one, 'browse', 'notes');
  expect(await calls(two, 'send')).toEqual(['send']);
  expect(await calls(one, 'send')).toEqual(['browse', 'notes']);
});

test('marks outlive the process, and are seen by another one at once', async () => {
  const folder = temporaryFolder();
  const first = openSqliteState({ folder });
  const second = openSqliteState({ folder });
  const web = await start({}, { openedState: first, server: 'web' });
  const mail = await start({}, { openedState: second, server: 'mail' });
  await calls(web, 'browse', 'notes');
  expect(await calls(mail, 'send')).toEqual([]);
  await first.close();
  await second.close();
  const later = openSqliteState({ folder });
  const again = await start({}, { openedState: later, server: 'mail' });
  expect(await calls(again, 'send')).toEqual([]);
  again.pass(3_600_000);
  expect(await calls(again, 'send')).toEqual(['send']);
  await later.close();
});

test('a rule for one session cannot be walked round by reading without one', async () => {
  const state = createMemoryState();
  const session = { flows: [{ ...flow, scope: 'session' }] };
  const one = await start(session, { state });
  const _meta = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' };
  for (const name of ['browse', 'notes'])
    await one.request('tools/call', { name, arguments: {}, _meta });
  expect(await calls(one, 'send')).toEqual(['browse', 'notes']);
  const other = await start(session, { state, session: 's2' });
  expect(await calls(other, 'send')).toEqual([]);
  const stranger = await start(session, { state, grant: 'g2' });
  expect(await calls(stranger, 'send')).toEqual(['send']);
});

test('a call without a session is judged by all that marked its grant', async () => {
  const state = createMemoryState();
  const session = { flows: [{ ...flow, scope: 'session' }] };
  const one = await start(session, { state, session: 's1' });
  const none = await start(session, { state });
  await calls(one, 'browse', 'notes');
  const _meta = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' };
  await none.request('tools/call', { name: 'send', arguments: {}, _meta });
  expect(none.reached()).toEqual([]);
});
