import type { Policy } from '@toolwarden/policy';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createHarness, openTool } from '../testing/harness.ts';

const policy: Policy = {
  version: '1',
  default: 'deny',
  tools: {
    pay: {
      action: 'approve',
      reason: 'it spends money',
      approval: { timeout: '5m', hold: 'minute' },
    },
  },
};
const tools = [openTool('pay')];
beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

type Harness = Awaited<ReturnType<typeof createHarness>>;

function answerCall(harness: Harness) {
  const { id } = harness.serverGot().find(({ method }) => method === 'tools/call');
  const result = { content: [{ type: 'text', text: 'paid' }] };
  harness.answer(JSON.stringify({ jsonrpc: '2.0', id, result }));
}

async function heldCall(amount = 5) {
  const harness = await createHarness({ policy, tools });
  await harness.request('tools/list');
  const id = `held-${amount}`;
  harness.send(
    JSON.stringify({
      ...{ jsonrpc: '2.0', id, method: 'tools/call' },
      params: { name: 'pay', arguments: { amount } },
    }),
  );
  await vi.waitFor(() => expect(harness.link.held).toBe(1), 30_000);
  const answers = () => harness.clientGot().filter((message) => message.id === id);
  return { harness, id, answers, approvalId: () => [...harness.state.approvals.keys()][0] ?? '' };
}

test('a held call goes on by itself once it is approved, and reaches the server once', async () => {
  const { harness, answers, approvalId } = await heldCall();
  harness.state.answer(approvalId(), 'approved');
  await vi.advanceTimersByTimeAsync(300);
  await vi.waitFor(() => expect(harness.reached()).toEqual(['pay']), 30_000);
  answerCall(harness);
  expect(answers()).toMatchObject([{ result: { content: [{ text: 'paid' }] } }]);
  expect(harness.state.approvals.get(approvalId())?.status).toBe('used');
  expect(harness.broken()).toEqual([]);
});

test('a held call that nobody answers is refused with what to do, and may be made again', async () => {
  const { harness, answers, approvalId } = await heldCall();
  await vi.advanceTimersByTimeAsync(61_000);
  await vi.waitFor(() => expect(answers()).toHaveLength(1), 30_000);
  expect(JSON.stringify(answers())).toContain(`toolwarden approvals approve ${approvalId()}`);
  expect(harness.reached()).toEqual([]);
  harness.state.answer(approvalId(), 'approved');
  const again = harness.call('pay', { amount: 5 });
  await vi.waitFor(() => expect(harness.reached()).toEqual(['pay']), 30_000);
  answerCall(harness);
  expect(await again).toMatchObject({ result: { content: [{ text: 'paid' }] } });
  expect(harness.broken()).toEqual([]);
});

test('a held call that is denied is refused at once', async () => {
  const { harness, answers, approvalId } = await heldCall();
  harness.state.answer(approvalId(), 'denied');
  await vi.advanceTimersByTimeAsync(300);
  await vi.waitFor(() => expect(answers()).toMatchObject([{ result: { isError: true } }]), 30_000);
  expect(harness.reached()).toEqual([]);
});

test('a held call that the client cancels is never sent, though it is approved then', async () => {
  const { harness, id, answers, approvalId } = await heldCall();
  const params = { requestId: id };
  harness.send(JSON.stringify({ jsonrpc: '2.0', method: 'notifications/cancelled', params }));
  harness.state.answer(approvalId(), 'approved');
  await vi.advanceTimersByTimeAsync(61_000);
  expect(harness.reached()).toEqual([]);
  expect(answers()).toEqual([]);
  expect(harness.link.inFlight).toBe(0);
  expect(harness.state.approvals.get(approvalId())?.status).toBe('approved');
});

test('P19: what changed while the call was held is judged as it is then', async () => {
  const { harness, answers, approvalId } = await heldCall();
  harness.setTools([openTool('pay', { amount: { type: 'number', description: 'and more' } })]);
  harness.answer('{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}');
  harness.state.answer(approvalId(), 'approved');
  await vi.advanceTimersByTimeAsync(300);
  await vi.waitFor(() => expect(answers()).toMatchObject([{ result: { isError: true } }]), 30_000);
  expect(harness.reached()).toEqual([]);
});

test('a person is asked for as long as the policy says, whatever the server may take', async () => {
  const { harness, answers, approvalId } = await heldCall();
  harness.pass(59_000);
  harness.link.tick();
  expect(answers()).toEqual([]);
  const { createdAt = 0, expiresAt = 0 } = harness.state.approvals.get(approvalId()) ?? {};
  expect(expiresAt - createdAt).toBe(5 * 60_000);
});
