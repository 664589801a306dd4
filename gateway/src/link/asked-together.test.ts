import type { JsonObject } from '@toolwarden/catalogue';
import { afterEach, expect, test } from 'vitest';
import { metaKeys } from '../protocol/methods.ts';
import { createHarness, openTool } from '../testing/harness.ts';
import { AskedTogether } from './asked-together.ts';

type Harness = Awaited<ReturnType<typeof createHarness>>;
let harness: Harness;
afterEach(() => expect(harness.broken({ clientLeft: true })).toEqual([]));

const ASKED = { action: 'approve' as const, reason: 'it is private' };
const BOTH = ['x://a', 'x://c'];

async function start(more: object = {}) {
  const rule = { ...ASKED, ...more };
  harness = await createHarness({
    policy: { version: '1', default: 'deny', resources: { 'x://a': rule, 'x://c': rule } },
    tools: [openTool('act')],
  });
}

function listen(id: string, resourceSubscriptions = BOTH) {
  const _meta = { [metaKeys.version]: '2026-07-28', [metaKeys.capabilities]: {} };
  const params = { notifications: { resourceSubscriptions }, _meta };
  harness.send(JSON.stringify({ jsonrpc: '2.0', id, method: 'subscriptions/listen', params }));
}
const subscribed = () =>
  harness.serverGot().filter(({ method }) => method === 'subscriptions/listen').length;
const questions = () => [...harness.state.approvals.values()];
const idsIn = (answer: JsonObject | undefined) =>
  JSON.stringify(answer).match(/(?<=approvals approve )[\w-]+/g);

test('P19: a subscription that is repeated before all of it is approved uses no approval up, and asks for none anew', async () => {
  await start();
  listen('first');
  const ids = idsIn(await harness.answerTo('first'));
  expect(ids).toHaveLength(2);
  harness.state.answer(ids?.[0] ?? '', 'approved');
  for (const again of ['second', 'third']) {
    listen(again);
    expect(idsIn(await harness.answerTo(again))).toEqual(ids);
  }
  expect(questions().map(({ status }) => status)).toEqual(['approved', 'pending']);
  harness.state.answer(ids?.[1] ?? '', 'approved');
  listen('last');
  await expect.poll(subscribed).toBe(1);
  expect(questions().map(({ status }) => status)).toEqual(['used', 'used']);
});

test('a part that was denied is asked about anew, and so is one whose policy changed', async () => {
  await start();
  listen('first');
  const ids = idsIn(await harness.answerTo('first'));
  harness.state.answer(ids?.[1] ?? '', 'denied');
  listen('second');
  const next = idsIn(await harness.answerTo('second'));
  expect(next).toEqual([ids?.[0], expect.not.stringMatching(`^${ids?.[1]}$`)]);
});

test('a subscription that is repeated waits as the first one did, where the policy has it wait', async () => {
  await start({ approval: { hold: 'minute' } });
  listen('first');
  await expect.poll(() => harness.link.held).toBe(1);
  harness.state.answer(questions()[0]?.id ?? '', 'approved');
  listen('second');
  await expect.poll(() => harness.link.held).toBe(2);
  expect(questions()).toHaveLength(2);
  harness.state.answer(questions()[1]?.id ?? '', 'approved');
  await expect.poll(subscribed).toBe(1);
});

test('requests that are very long are not remembered, so that no client fills the memory', async () => {
  const together = new AskedTogether(() => 'pending');
  const part = (name: string) => ({
    ask: { kind: 'resources', method: 'm', name, arguments: {}, argumentsText: '{}' } as const,
    refused: { approvalId: 'a', decision: { policyDigest: 'p' } },
  });
  for (const [length, isKnown] of [
    [1_000, true],
    [70_000, false],
  ] as const) {
    const waiting = [part('x'.repeat(length)), part('y')];
    const asks = waiting.map(({ ask }) => ask);
    together.remember(asks, { waiting, left: [] });
    expect((await together.stillOpen(asks, 'p')) !== undefined).toBe(isKnown);
  }
});
