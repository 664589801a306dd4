import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { entry, judgeOf, START } from '../testing/judged-calls.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { openSqliteState, type SqliteStateOptions } from './sqlite-state.ts';
import type { CallEntry, Recorded, State } from './state.ts';

function open(folder: string, more: Partial<SqliteStateOptions> = {}) {
  return openSqliteState({ folder, clock: () => START, ...more });
}

const ask = (state: State, call: CallEntry) => state.record(call, judgeOf(call)) as Recorded;
const effect = (state: State, call: CallEntry) => ask(state, call).decision.effect;

/** The records of a state folder, as they are stored. */
function recordsOf(folder: string): Record<string, unknown>[] {
  const db = new DatabaseSync(join(folder, 'toolwarden.db'), { readOnly: true });
  const rows = db.prepare('SELECT body FROM record ORDER BY id').all();
  db.close();
  return rows.map(({ body }) => JSON.parse(String(body)));
}

test('charges with the decision, and gives back once', () => {
  const state = open(join(temporaryFolder(), 's'));
  const first = entry('read');
  expect([
    effect(state, first),
    effect(state, entry('read')),
    effect(state, entry('read')),
  ]).toEqual(['allow', 'allow', 'deny']);
  state.undo(first.callId);
  state.undo(first.callId);
  expect([effect(state, entry('read')), effect(state, entry('read'))]).toEqual(['allow', 'deny']);
  state.close();
});

test('a call id is recorded and charged once, whoever asks again', () => {
  const folder = join(temporaryFolder(), 's');
  const [one, other] = [open(folder), open(folder)];
  const call = entry('read');
  expect(effect(one, call)).toBe('allow');
  expect(() => ask(one, call)).toThrow('recorded already');
  expect(() => ask(other, call)).toThrow('recorded already');
  expect([effect(other, entry('read')), effect(one, entry('read'))]).toEqual(['allow', 'deny']);
  one.close();
  other.close();
});

test('limits hold over all states of a folder, and over restarts', () => {
  const folder = join(temporaryFolder(), 's');
  const [one, other] = [open(folder), open(folder)];
  expect([effect(one, entry('read')), effect(other, entry('read'))]).toEqual(['allow', 'allow']);
  expect([effect(one, entry('read')), effect(other, entry('read'))]).toEqual(['deny', 'deny']);
  one.close();
  other.close();
  const again = open(folder);
  expect(effect(again, entry('read'))).toBe('deny');
  expect(effect(again, entry('read', { at: START - 1e9 }))).toBe('deny');
  expect(effect(again, entry('read', { at: START + 3_600_000 }))).toBe('allow');
  again.close();
});

test('a judge that throws leaves no trace', () => {
  const folder = join(temporaryFolder(), 's');
  const state = open(folder);
  const call = entry('read');
  expect(effect(state, entry('read'))).toBe('allow');
  const broken = () => {
    throw new Error('a fault of ours');
  };
  expect(() => state.record(call, broken)).toThrow('a fault of ours');
  expect([effect(state, call), effect(state, entry('read'))]).toEqual(['allow', 'deny']);
  state.close();
  expect(recordsOf(folder).filter(({ kind }) => kind === 'decision')).toHaveLength(3);
});

test('with power durability calls of one moment share a commit, and each is judged after the one before', async () => {
  const folder = join(temporaryFolder(), 's');
  const state = open(folder, { durability: 'power' });
  const calls = [1, 2, 3].map(() => entry('read'));
  const twice = calls[0] as CallEntry;
  const answers = await Promise.allSettled(
    [...calls, twice, entry('other')].map((call) => state.record(call, judgeOf(call))),
  );
  expect(
    answers.map((each) => (each.status === 'fulfilled' ? each.value.decision.effect : 'failed')),
  ).toEqual(['allow', 'allow', 'deny', 'failed', 'deny']);
  await state.close();
  expect(recordsOf(folder).filter(({ kind }) => kind === 'decision')).toHaveLength(4);
});

test('with power durability a copy of the files at each answer holds all that was answered, whole', async () => {
  const folder = join(temporaryFolder(), 's');
  const state = open(folder, { durability: 'power' });
  for (let answered = 1; answered <= 10; answered++) {
    const call = entry('other');
    await state.record(call, judgeOf(call));
    const copy = temporaryFolder();
    for (const name of ['toolwarden.db', 'toolwarden.db-wal']) {
      copyFileSync(join(folder, name), join(copy, name));
    }
    expect(recordsOf(copy).filter(({ kind }) => kind === 'decision')).toHaveLength(answered);
  }
  await state.close();
});

test('an approval is for one exact call, once, for a time, by the first who answers', () => {
  let now = START;
  const folder = join(temporaryFolder(), 's');
  const state = open(folder, { clock: () => now });
  const pay = (more?: Partial<CallEntry>) => ask(state, entry('pay', { at: now, ...more }));
  const { approvalId = '' } = pay();
  expect(pay()).toMatchObject({ decision: { effect: 'approve' }, approvalId });
  expect(state.approvals.answer(approvalId, 'approved', 'ann')).toBe(true);
  expect(state.approvals.answer(approvalId, 'denied', 'bob')).toBe(false);
  for (const other of [{ arguments: { a: 1 } }, { grant: 'g' }, { server: 't' }]) {
    expect(pay(other).decision.effect).toBe('approve');
  }
  state.close();
  const again = open(folder, { clock: () => now });
  const payAgain = () => ask(again, entry('pay', { at: now }));
  expect([payAgain().decision.effect, payAgain().decision.effect]).toEqual(['allow', 'approve']);
  const second = payAgain().approvalId ?? '';
  expect(again.approvals.answer(second, 'approved', 'ann')).toBe(true);
  now += 15 * 60_000;
  expect(payAgain().decision.effect).toBe('approve');
  expect(again.approvals.list().find(({ id }) => id === second)?.status).toBe('expired');
  const third = payAgain().approvalId ?? '';
  now += 15 * 60_000;
  expect(again.approvals.answer(third, 'approved', 'ann')).toBe(false);
  again.close();
});

test('a grant that is revoked or rotated no longer lets in, and its calls are refused at once', () => {
  const state = open(join(temporaryFolder(), 's'));
  expect(state.hasGrants()).toBe(false);
  const make = { label: 'ci', servers: ['s'], policy: '/p.json' };
  const { id, token } = state.grants.create(make);
  expect(state.hasGrants()).toBe(true);
  expect(state.findGrant(token, START)).toEqual({ id, ...make });
  for (const wrong of ['', `${token}x`, token.slice(0, -1)]) {
    expect(state.findGrant(wrong, START)).toBeUndefined();
  }
  const renewed = state.grants.rotate(id) ?? '';
  expect(state.findGrant(token, START)).toBeUndefined();
  expect(state.findGrant(renewed, START)?.id).toBe(id);
  expect(effect(state, entry('read', { grant: id }))).toBe('allow');
  expect([state.grants.revoke(id), state.grants.revoke(id)]).toEqual([true, false]);
  expect(state.findGrant(renewed, START)).toBeUndefined();
  expect(() => ask(state, entry('read', { grant: id }))).toThrow(/revoked or expired/);
  const short = state.grants.create({ ...make, expiresAt: START + 1 });
  expect(state.findGrant(short.token, START)?.id).toBe(short.id);
  expect(state.findGrant(short.token, START + 1)).toBeUndefined();
  state.close();
});

test('every call that was sent on has an outcome after a crash, and only the dead are spoken for', () => {
  const folder = join(temporaryFolder(), 's');
  const [crashed, living] = [open(folder), open(folder)];
  const [lost, kept, alive] = [entry('read'), entry('other'), entry('read')];
  ask(crashed, lost);
  ask(crashed, kept);
  ask(living, alive);
  // Closing with a call open is what a crash leaves, save the lock.
  crashed.close();
  open(folder).close();
  const outcomes = () => recordsOf(folder).filter(({ kind }) => kind === 'outcome');
  expect(outcomes()).toMatchObject([{ call: lost.callId, outcome: 'unknown', recovered: true }]);
  living.outcome(alive.callId, { kind: 'answered', bytes: 3 });
  living.close();
  expect(outcomes()).toHaveLength(2);
  expect(outcomes()[1]).toMatchObject({ call: alive.callId, outcome: 'answered', bytes: 3 });
});
