import type { JsonObject, JsonValue } from '@toolwarden/catalogue';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createHarness, openTool } from '../testing/harness.ts';

type Harness = Awaited<ReturnType<typeof createHarness>>;
const all: Harness[] = [];
beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'performance'] }));
// INVARIANT: every run is checked, whatever the test itself looks at.
afterEach(() => {
  vi.useRealTimers();
  for (const harness of all.splice(0)) expect(harness.broken({ clientLeft: true })).toEqual([]);
});

const PAGES = 'http://127.0.0.1:8788/approvals';
const both = { elicitation: { form: {}, url: {} } };
const held = { approval: { hold: 'minute' } };

async function start(rule: object = {}, capabilities: JsonObject = both, approvalPages = PAGES) {
  const pay = { action: 'approve', reason: 'it spends money', ...rule };
  const harness = await createHarness({
    policy: {
      ...{ version: '1', default: 'deny', tools: { pay } },
      prompts: { p: { action: 'approve' } },
    } as never,
    tools: [openTool('pay')],
    ...{ capabilities, approvalPages },
  });
  all.push(harness);
  await harness.request('tools/list');
  return harness;
}

const asked = (harness: Harness) =>
  harness.clientGot().filter(({ method }) => method === 'elicitation/create');
const approvalId = ({ state }: Harness) => [...state.approvals.keys()].at(-1) ?? '';

/** Calls in the session era, and does not wait for the answer. */
async function call(harness: Harness, id: string, n = 1) {
  const params = { name: 'pay', arguments: { n } };
  harness.send(JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params }));
  await vi.waitFor(() => expect(harness.state.approvals.size).toBeGreaterThan(0), 30_000);
}
const say = (harness: Harness, action: string) =>
  harness.send(
    JSON.stringify({ jsonrpc: '2.0', id: asked(harness).at(-1)?.id, result: { action } }),
  );
const answersTo = (harness: Harness, id: string) =>
  harness.clientGot().filter((message) => message.id === id && message.method === undefined);

test('a call that waits leads its user to the page, goes on once a person approved there, and says that it is over', async () => {
  const harness = await start(held);
  await call(harness, 'a');
  await vi.waitFor(() => expect(asked(harness)).toHaveLength(1), 30_000);
  const [{ params }] = asked(harness) as [{ params: JsonObject }];
  expect(params).toEqual({
    mode: 'url',
    message: expect.stringContaining('"pay" waits for your approval: it spends money'),
    url: `${PAGES}/${approvalId(harness)}`,
    elicitationId: expect.any(String),
  });
  // To open a page is not to approve, and the server hears nothing of it.
  say(harness, 'accept');
  await vi.advanceTimersByTimeAsync(1_000);
  expect(harness.reached()).toEqual([]);
  expect(harness.serverGot().some((message) => Object.hasOwn(message, 'result'))).toBe(false);
  expect(harness.state.approvals.get(approvalId(harness))?.status).toBe('pending');
  harness.state.answer(approvalId(harness), 'approved');
  await vi.advanceTimersByTimeAsync(300);
  await vi.waitFor(() => expect(harness.reached()).toEqual(['pay']), 30_000);
  expect(harness.clientGot()).toContainEqual({
    ...{ jsonrpc: '2.0', method: 'notifications/elicitation/complete' },
    params: { elicitationId: params['elicitationId'] },
  });
});

test('a user who does not want to look keeps nobody waiting, and has denied nothing', async () => {
  const harness = await start(held);
  await call(harness, 'a');
  await vi.waitFor(() => expect(asked(harness)).toHaveLength(1), 30_000);
  say(harness, 'decline');
  await vi.advanceTimersByTimeAsync(300);
  await vi.waitFor(() => expect(answersTo(harness, 'a')).toHaveLength(1), 30_000);
  expect(JSON.stringify(answersTo(harness, 'a'))).toContain('Needs approval');
  expect(harness.state.approvals.get(approvalId(harness))?.status).toBe('pending');
});

test('without a time to wait the call is answered as ever, and the same call leads nobody twice', async () => {
  const harness = await start();
  for (const id of ['a', 'b']) {
    await call(harness, id);
    await vi.waitFor(() => expect(answersTo(harness, id)).toHaveLength(1), 30_000);
    expect(JSON.stringify(answersTo(harness, id))).toContain('Needs approval');
  }
  expect(asked(harness)).toHaveLength(1);
});

test('a user who answers nothing is led to no more than eight pages', async () => {
  const harness = await start();
  for (let n = 0; n < 12; n++) {
    await call(harness, `c${n}`, n);
    await vi.waitFor(() => expect(answersTo(harness, `c${n}`)).toHaveLength(1), 30_000);
  }
  expect(asked(harness)).toHaveLength(8);
});

test.for<[string, JsonObject, string]>([
  ['takes forms only', { elicitation: {} }, PAGES],
  ['takes forms only, and says so', { elicitation: { form: {} } }, PAGES],
  ['takes no questions', {}, PAGES],
  ['has no pages to go to', both, ''],
])(
  'a client that %s gets the text, and never a form to approve by',
  async ([, capabilities, pages]) => {
    const harness = await start({}, capabilities, pages);
    await call(harness, 'a');
    await vi.waitFor(() => expect(answersTo(harness, 'a')).toHaveLength(1), 30_000);
    expect(asked(harness)).toEqual([]);
    expect(JSON.stringify(answersTo(harness, 'a'))).toContain('Needs approval');
  },
);

const _meta = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': both,
};
const stateless = async (harness: Harness, more: JsonObject = {}, n = 1) => {
  const params = { name: 'pay', arguments: { n }, ...more, _meta };
  return (await harness.request('tools/call', params)) as { result: JsonObject };
};
const back = (result: JsonObject, action: string): JsonObject => ({
  inputResponses: { 'toolwarden-approval': { action } },
  requestState: result['requestState'] as JsonValue,
});
/** What of a call reached the server. */
const sent = (harness: Harness) =>
  harness.serverGot().flatMap(({ method, params }) => (method === 'tools/call' ? [params] : []));

test('in the stateless era the answer leads to the page, and the call comes again', async () => {
  vi.useRealTimers();
  const harness = await start();
  const { result } = await stateless(harness);
  expect(result).toEqual({
    resultType: 'input_required',
    inputRequests: {
      'toolwarden-approval': {
        method: 'elicitation/create',
        params: {
          ...{ mode: 'url', message: expect.stringContaining('it spends money') },
          url: `${PAGES}/${approvalId(harness)}`,
        },
      },
    },
    requestState: expect.any(String),
  });
  // To have opened the page is not to have approved.
  const early = await stateless(harness, back(result, 'accept'));
  expect(JSON.stringify(early)).toContain('Needs approval');
  harness.state.answer(approvalId(harness), 'approved');
  void stateless(harness, back(result, 'accept'));
  await vi.waitFor(() => expect(sent(harness)).toHaveLength(1), 30_000);
  // Nothing of our question reaches the server.
  expect(sent(harness)).toEqual([{ name: 'pay', arguments: { n: 1 }, _meta }]);
});

test('what a call answers to its server survives our question', async () => {
  vi.useRealTimers();
  const harness = await start();
  const replies = { inputResponses: { to: { action: 'accept' } }, requestState: 'theirs' };
  const { result } = await stateless(harness, replies);
  expect([...harness.state.approvals.values()].at(-1)?.replies).toEqual(replies);
  harness.state.answer(approvalId(harness), 'approved');
  void stateless(harness, back(result, 'accept'));
  await vi.waitFor(() => expect(sent(harness)).toHaveLength(1), 30_000);
  expect(sent(harness)).toEqual([{ name: 'pay', arguments: { n: 1 }, ...replies, _meta }]);
});

test('C9, P20: whoever alters what came with our question, or says yes to it, has no approval', async () => {
  vi.useRealTimers();
  const harness = await start();
  const { result } = await stateless(harness);
  harness.state.answer(approvalId(harness), 'approved');
  const forged = `toolwarden-approval.${Buffer.from('{"requestState":"other"}').toString('base64url')}`;
  const answers = { inputResponses: { 'toolwarden-approval': { action: 'accept' } } };
  expect(JSON.stringify(await stateless(harness, { ...answers, requestState: forged }))).toContain(
    'Needs approval',
  );
  expect(JSON.stringify(await stateless(harness, back(result, 'accept'), 2))).toContain(
    'Needs approval',
  );
  const text = (state: string) => `toolwarden-approval.${Buffer.from(state).toString('base64url')}`;
  const deep = `{"requestState":${'['.repeat(100)}1${']'.repeat(100)}}`;
  const twofold = '{"requestState":"one","requestState":"other"}';
  const inexact = '{"inputResponses":{"n":9007199254740993}}';
  for (const unread of ['x', '7', deep, twofold, inexact]) {
    const torn = { ...answers, requestState: text(unread) };
    expect(await stateless(harness, torn)).toMatchObject({ error: { code: -32602 } });
  }
  expect(sent(harness)).toEqual([]);
});

test('in the stateless era too a user who declines gets the text, and so does a client of forms', async () => {
  vi.useRealTimers();
  const harness = await start(held);
  const { result } = await stateless(harness);
  expect(JSON.stringify(await stateless(harness, back(result, 'decline')))).toContain(
    'Needs approval',
  );
  const forms = { ..._meta, 'io.modelcontextprotocol/clientCapabilities': { elicitation: {} } };
  const other = await start();
  const params = { name: 'pay', arguments: {}, _meta: forms };
  const answer = await other.request('tools/call', params);
  expect(answer).toMatchObject({ result: { isError: true, resultType: 'complete' } });
  const prompt = await harness.request('prompts/get', { name: 'p', _meta });
  expect(prompt).toMatchObject({ result: { resultType: 'input_required' } });
});
