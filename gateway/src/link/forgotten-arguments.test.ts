import { expect, test } from 'vitest';
import type { Guard } from '../guard.ts';
import { metaKeys } from '../protocol/methods.ts';
import { createLink } from './link.ts';
import type { Pending } from './pending.ts';

/** A link that lets every call pass, and what it sent on and answered. */
function openLink() {
  const sent: { message: string; about: Pending | undefined }[] = [];
  const answered: string[] = [];
  const guard: Guard = {
    judgeCall: () => ({ pass: true, callId: 'call' }),
    judge: () => ({ pass: true, callId: 'call' }),
    isListed: () => true,
    isListedEntry: () => true,
    entryProblem: () => undefined,
    sawTools() {},
    mayInstruct: () => true,
    needsFreshLists: false,
    policyDigest: 'sha256:0',
  };
  const link = createLink({
    ...{ guard, session: 's', clock: () => 0, limits: { inFlight: 9, idleMs: 9, hardMs: 9 } },
    toClient: (message) => void answered.push(message.toString()),
    toServer(message, about) {
      sent.push({ message, about });
      if (about?.method !== 'tools/list') return;
      const result = { tools: [{ name: 'act', inputSchema: { type: 'object' } }] };
      link.fromServer(Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: about.id, result })));
    },
    ...{ outcome() {}, undo() {}, note() {}, approvalStatus: () => undefined },
  });
  const call = async (params: object) => {
    const message = { jsonrpc: '2.0', id: 'mine', method: 'tools/call', params };
    link.fromClient(Buffer.from(JSON.stringify(message)));
    await expect.poll(() => sent.at(-1)?.about?.method).toBe('tools/call');
    return sent.at(-1) as { message: string; about: Pending };
  };
  return { link, answered, call };
}

const long = { text: 'a word or two, '.repeat(200) };

test('arguments that are long are held no longer than until they were sent, whole', async () => {
  const { link, answered, call } = openLink();
  const meta = { progressToken: 'mine' };
  const { message, about } = await call({ name: 'act', arguments: long, _meta: meta });
  expect(JSON.parse(message)).toMatchObject({ params: { name: 'act', arguments: long } });
  expect(about.params).toEqual({ name: 'act', arguments: {}, _meta: meta });
  const progress = { progressToken: 'mine', progress: 1 };
  link.fromServer(
    Buffer.from(
      JSON.stringify({ jsonrpc: '2.0', method: 'notifications/progress', params: progress }),
    ),
  );
  link.fromServer(Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: about.id, result: {} })));
  expect(answered.map((each) => JSON.parse(each))).toMatchObject([
    { params: progress },
    { id: 'mine', result: {} },
  ]);
});

test('in the stateless era they are held: what a server asks about a call is counted by them', async () => {
  const params = {
    ...{ name: 'act', arguments: long },
    _meta: { [metaKeys.version]: '2026-07-28', [metaKeys.capabilities]: {} },
  };
  const { about } = await openLink().call(params);
  expect(about.params).toEqual(params);
});
