import { toolDigest } from '@toolwarden/catalogue';
import { expect } from 'vitest';
import type { ApprovalRow } from '../state/approval-table.ts';
import type { CallEntry, Eventually, Grant, Judge, Recorded, State } from '../state/state.ts';
import { tokenHash } from '../state/token-hash.ts';
import { entry, judgeOf, START } from './judged-calls.ts';

/** A state of any kind, with what operators do to it. */
export type StateUnderTest = State & {
  grants?: {
    create(grant: Omit<Grant, 'id'>): Eventually<{ id: string; token: string }>;
    rotate(id: string): Eventually<string | undefined>;
    revoke(id: string): Eventually<boolean>;
    forget(): Eventually<number>;
  };
  approvals: {
    list(): Eventually<Pick<ApprovalRow, 'id' | 'status' | 'arguments' | 'replies'>[]>;
    /** True for the one answer that counts. */
    answer(id: string, status: 'approved' | 'denied', by: string): Eventually<boolean>;
  };
};

/** A store, and the clock that rules in it. */
type StoreUnderTest = {
  now: number;
  /** Opens the store: several times for several processes, or again after it was closed. */
  open(): Eventually<StateUnderTest>;
};

/** A law that states keep. `lasting`: only those whose store several may open. */
export type StateLaw = {
  name: string;
  isLasting?: true;
  check(store: StoreUnderTest): Promise<void>;
};

const ask = async (
  state: State,
  call: CallEntry,
  judge: Judge = judgeOf(call),
): Promise<Recorded> => state.record(call, judge);

async function effects(state: State, ...calls: CallEntry[]): Promise<string[]> {
  const found: string[] = [];
  for (const call of calls) found.push((await ask(state, call)).decision.effect);
  return found;
}

const read = (more?: Partial<CallEntry>) => entry('read', more);

/**
 * What every state does, in memory, SQLite and Redis.
 *
 * @example test.for(stateLaws)('in memory, $name', ({ check }) => check(store));
 */
export const stateLaws: readonly StateLaw[] = [
  {
    name: 'a call is charged with its decision, and what it cost is given back once',
    async check(store) {
      const state = await store.open();
      const first = read();
      expect(await effects(state, first, read(), read())).toEqual(['allow', 'allow', 'deny']);
      state.undo(first.callId);
      state.undo(first.callId);
      await expect.poll(async () => (await effects(state, read()))[0]).toBe('allow');
      expect(await effects(state, read())).toEqual(['deny']);
      await state.close();
    },
  },
  {
    name: 'a decision says what its counters hold',
    async check(store) {
      const state = await store.open();
      const counters = async () => (await ask(state, read())).decision.counters;
      expect(await counters()).toMatchObject([{ charged: 1, used: 1, max: 2 }]);
      expect(await counters()).toMatchObject([{ charged: 1, used: 2, max: 2 }]);
      expect(await counters()).toMatchObject([{ charged: 0, used: 2, max: 2 }]);
      await state.close();
    },
  },
  {
    name: 'calls at once are judged one after another',
    async check(store) {
      const state = await store.open();
      const calls = Array.from({ length: 20 }, () => read());
      const answers = await Promise.all(calls.map((call) => ask(state, call)));
      const passed = answers.filter(({ decision }) => decision.effect === 'allow');
      expect(passed).toHaveLength(2);
      await state.close();
    },
  },
  {
    name: 'a window frees what it held after its length, and a clock set back frees nothing',
    async check(store) {
      const state = await store.open();
      const at = (time: number) => {
        store.now = time;
        return read({ at: time });
      };
      expect(await effects(state, read(), read())).toEqual(['allow', 'allow']);
      expect(await effects(state, at(START - 1e9))).toEqual(['deny']);
      expect(await effects(state, at(START + 3_599_999))).toEqual(['deny']);
      expect(await effects(state, at(START + 3_600_000))).toEqual(['allow']);
      await state.close();
    },
  },
  {
    name: 'a judge that throws leaves no trace',
    async check(store) {
      const state = await store.open();
      const call = read();
      expect(await effects(state, read())).toEqual(['allow']);
      const broken = () => {
        throw new Error('a fault of ours');
      };
      await expect(ask(state, call, broken)).rejects.toThrow('a fault of ours');
      expect(await effects(state, call, read())).toEqual(['allow', 'deny']);
      await state.close();
    },
  },
  {
    name: 'P19: an approval is for one exact call, once, by the first who answers',
    async check(store) {
      const state = await store.open();
      const pay = (more?: Partial<CallEntry>) => ask(state, entry('pay', more));
      const { approvalId = '' } = await pay();
      expect(approvalId).not.toBe('');
      expect(await pay()).toMatchObject({ decision: { effect: 'approve' }, approvalId });
      expect(await state.approvals.answer(approvalId, 'approved', 'ann')).toBe(true);
      expect(await state.approvals.answer(approvalId, 'denied', 'bob')).toBe(false);
      for (const other of [
        ...[{ arguments: { a: 1 } }, { grant: 'g' }, { server: 't' }, { method: 'prompts/get' }],
        ...[{ definitionDigest: toolDigest({ name: 'pay' }) }, { replies: { requestState: 's' } }],
      ]) {
        expect((await pay(other)).decision.effect).toBe('approve');
      }
      expect((await pay()).decision.effect).toBe('allow');
      const again = await pay();
      expect(again.decision.effect).toBe('approve');
      expect(again.approvalId).not.toBe(approvalId);
      await state.close();
    },
  },
  {
    name: 'P19: of two who answer at once one is told that it counts, and one call uses it',
    async check(store) {
      const state = await store.open();
      const pay = () => ask(state, entry('pay'));
      const { approvalId = '' } = await pay();
      const answer = (by: string) => state.approvals.answer(approvalId, 'approved', by);
      const counted = await Promise.all([answer('ann'), answer('bob')]);
      expect(counted.filter(Boolean)).toHaveLength(1);
      const answers = await Promise.all([pay(), pay(), pay()]);
      const passed = answers.filter(({ decision }) => decision.effect === 'allow');
      expect(passed).toHaveLength(1);
      await state.close();
    },
  },
  {
    name: 'a call that was denied stays refused, and asks again',
    async check(store) {
      const state = await store.open();
      const pay = () => ask(state, entry('pay', { arguments: { amount: 5 } }));
      const { approvalId = '' } = await pay();
      const find = async (id: string) =>
        (await state.approvals.list()).find((each) => each.id === id);
      expect(await find(approvalId)).toMatchObject({
        ...{ status: 'pending', method: 'tools/call', arguments: { amount: 5 } },
      });
      expect(await state.approvals.answer(approvalId, 'denied', 'ann')).toBe(true);
      expect(await find(approvalId)).toMatchObject({ status: 'denied' });
      const again = await pay();
      expect(again.decision.effect).toBe('approve');
      expect(again.approvalId).not.toBe(approvalId);
      await state.close();
    },
  },
  {
    name: 'a question stays open, and its answer holds, for as long as its policy says',
    async check(store) {
      const state = await store.open();
      const pay = () => ask(state, entry('pay', { at: store.now, approvalMs: 60_000 }));
      const first = (await pay()).approvalId ?? '';
      expect(await state.approvalStatus(first)).toBe('pending');
      store.now += 59_000;
      expect(await state.approvals.answer(first, 'approved', 'ann')).toBe(true);
      store.now += 59_000;
      expect(await state.approvalStatus(first)).toBe('approved');
      expect((await pay()).decision.effect).toBe('allow');
      expect(await state.approvalStatus(first)).toBe('used');
      const second = (await pay()).approvalId ?? '';
      store.now += 60_000;
      expect(await state.approvalStatus(second)).toBe('expired');
      expect(await state.approvals.answer(second, 'approved', 'ann')).toBe(false);
      expect(await state.approvalStatus('none')).toBeUndefined();
      await state.close();
    },
  },
  {
    name: 'P19: a question and an answer end with their time',
    async check(store) {
      const state = await store.open();
      const pay = () => ask(state, entry('pay', { at: store.now }));
      const first = (await pay()).approvalId ?? '';
      expect(await state.approvals.answer(first, 'approved', 'ann')).toBe(true);
      store.now += 15 * 60_000;
      expect((await pay()).decision.effect).toBe('approve');
      const listed = await state.approvals.list();
      expect(listed.find(({ id }) => id === first)?.status).toBe('expired');
      const second = (await pay()).approvalId ?? '';
      expect(second).not.toBe(first);
      store.now += 15 * 60_000;
      expect(await state.approvals.answer(second, 'approved', 'ann')).toBe(false);
      await state.close();
    },
  },
  {
    name: 'no more than a hundred questions of a grant wait, and those of others are asked',
    isLasting: true,
    async check(store) {
      const state = await store.open();
      const pay = (n: number, grant = 'local') =>
        ask(state, entry('pay', { grant, arguments: { n } }));
      for (let n = 0; n < 100; n++) expect((await pay(n)).approvalId).toBeDefined();
      expect((await pay(100)).approvalId).toBeUndefined();
      expect((await pay(7)).approvalId).toBeDefined();
      expect((await pay(0, 'other')).approvalId).toBeDefined();
      await state.close();
    },
  },
  {
    name: 'of each tool the last approved call keeps its arguments, for comparing the next with it',
    isLasting: true,
    async check(store) {
      const state = await store.open();
      const run = async (n: number, more: Partial<CallEntry> = {}) => {
        const pay = () => ask(state, entry('pay', { arguments: { n }, ...more }));
        const { approvalId = '' } = await pay();
        expect(await state.approvals.answer(approvalId, 'approved', 'ann')).toBe(true);
        expect((await pay()).decision.effect).toBe('allow');
        return approvalId;
      };
      const kept = async () =>
        Object.fromEntries((await state.approvals.list()).map((one) => [one.id, one.arguments]));
      const first = await run(1);
      expect((await kept())[first]).toEqual({ n: 1 });
      const others = [await run(2, { grant: 'g' }), await run(3, { server: 't' })];
      const last = await run(4);
      const found = await kept();
      expect([first, ...others, last].map((id) => found[id])).toEqual([
        ...[{}, { n: 2 }, { n: 3 }, { n: 4 }],
      ]);
      await state.close();
    },
  },
  {
    name: 'C9, C10: an approval is for the answers that a call carries too, and shows them',
    async check(store) {
      const state = await store.open();
      const replies = { inputResponses: { q: { action: 'accept' } }, requestState: 's' };
      const pay = (more?: Partial<CallEntry>) => ask(state, entry('pay', more));
      const { approvalId = '' } = await pay({ replies });
      const find = async () =>
        (await state.approvals.list()).find(({ id }) => id === approvalId)?.replies;
      expect(await find()).toEqual(replies);
      expect(await state.approvals.answer(approvalId, 'approved', 'ann')).toBe(true);
      const altered = { ...replies, inputResponses: { q: { action: 'decline' } } };
      for (const other of [undefined, { requestState: 's' }, altered]) {
        const asked = await pay(other && { replies: other });
        expect(asked.decision.effect).toBe('approve');
        expect(asked.approvalId).not.toBe(approvalId);
      }
      expect((await pay({ replies })).decision.effect).toBe('allow');
      // They are for this one call, and may hold what a person said; only arguments are compared with the next.
      expect(await find()).toBe(undefined);
      expect((await pay({ replies })).decision.effect).toBe('approve');
      await state.close();
    },
  },
  {
    name: 'an observed call asks nobody',
    async check(store) {
      const state = await store.open();
      const recorded = await ask(state, entry('pay', { isObserved: true }));
      expect(recorded).not.toHaveProperty('approvalId');
      expect(await state.approvals.list()).toEqual([]);
      await state.close();
    },
  },
  {
    name: 'a call is recorded and charged once, whoever asks again',
    isLasting: true,
    async check(store) {
      const [one, other] = [await store.open(), await store.open()];
      const call = read();
      expect(await effects(one, call)).toEqual(['allow']);
      await expect(ask(one, call)).rejects.toThrow('recorded already');
      await expect(ask(other, call)).rejects.toThrow('recorded already');
      expect(await effects(other, read())).toEqual(['allow']);
      expect(await effects(one, read())).toEqual(['deny']);
      await one.close();
      await other.close();
    },
  },
  {
    name: 'limits hold over all who open the store, and over restarts',
    isLasting: true,
    async check(store) {
      const [one, other] = [await store.open(), await store.open()];
      expect(await effects(one, read())).toEqual(['allow']);
      expect(await effects(other, read(), read())).toEqual(['allow', 'deny']);
      expect(await effects(one, read())).toEqual(['deny']);
      await one.close();
      await other.close();
      const again = await store.open();
      expect(await effects(again, read())).toEqual(['deny']);
      await again.close();
    },
  },
  {
    name: 'P19: a question and its answer outlive a restart',
    isLasting: true,
    async check(store) {
      const first = await store.open();
      const { approvalId = '' } = await ask(first, entry('pay'));
      await first.close();
      const second = await store.open();
      expect(await second.approvals.answer(approvalId, 'approved', 'ann')).toBe(true);
      await second.close();
      const third = await store.open();
      expect(await effects(third, entry('pay'), entry('pay'))).toEqual(['allow', 'approve']);
      await third.close();
    },
  },
  {
    name: 'a grant that is revoked or rotated no longer lets in, and its calls are refused at once',
    isLasting: true,
    async check(store) {
      const [state, other] = [await store.open(), await store.open()];
      const { grants } = state;
      if (grants === undefined) throw new Error('a lasting state has grants');
      expect(await state.hasGrants()).toBe(false);
      const make = { label: 'ci', servers: ['s'], policy: '/p.json' };
      const { id, token } = await grants.create(make);
      expect(await other.hasGrants()).toBe(true);
      expect(await other.findGrant(token, START)).toEqual({ id, ...make });
      for (const wrong of ['', `${token}x`, token.slice(0, -1), id]) {
        expect(await other.findGrant(wrong, START)).toBeUndefined();
      }
      const renewed = (await grants.rotate(id)) ?? '';
      expect(await other.findGrant(token, START)).toBeUndefined();
      expect((await other.findGrant(renewed, START))?.id).toBe(id);
      expect(await effects(other, read({ grant: id }))).toEqual(['allow']);
      const showing = (shown: string) => read({ grant: id, tokenHash: tokenHash(shown) });
      await expect(ask(other, showing(token))).rejects.toThrow(/revoked or expired/);
      expect(await effects(other, showing(renewed))).toEqual(['allow']);
      const unknown = { ...showing(renewed), grant: 'g-0000000000' };
      await expect(ask(other, unknown)).rejects.toThrow(/revoked or expired/);
      expect([await grants.revoke(id), await grants.revoke(id)]).toEqual([true, false]);
      expect(await grants.rotate(id)).toBeUndefined();
      expect(await other.findGrant(renewed, START)).toBeUndefined();
      await expect(ask(other, showing(renewed))).rejects.toThrow(/revoked or expired/);
      await expect(ask(other, read({ grant: id }))).rejects.toThrow(/revoked or expired/);
      expect(await other.hasGrants()).toBe(true);
      expect([await grants.forget(), await grants.forget()]).toEqual([1, 0]);
      expect(await other.hasGrants()).toBe(false);
      await expect(ask(other, read({ grant: id }))).rejects.toThrow(/revoked or expired/);
      const short = await grants.create({ ...make, expiresAt: START + 1 });
      expect((await state.findGrant(short.token, START))?.id).toBe(short.id);
      store.now = START + 1;
      expect(await state.findGrant(short.token, START + 1)).toBeUndefined();
      await state.close();
      await other.close();
    },
  },
];
