import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { entry, judgeOf } from '../testing/judged-calls.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { openSqliteState } from './sqlite-state.ts';

const grant = { label: 'l', servers: ['s'], policy: '/p.json' };

test('what another process does to a grant holds at the next look', () => {
  const folder = join(temporaryFolder(), 'state');
  const [gateway, operator] = [openSqliteState({ folder }), openSqliteState({ folder })];
  onTestFinished(async () => {
    await gateway.close();
    await operator.close();
  });
  expect(gateway.hasGrants()).toBe(false);
  const { id, token } = operator.grants.create(grant);
  expect(gateway.findGrant(token, Date.now())).toMatchObject({ id });
  // Its own writes do not make it forget what others may write.
  gateway.note({ at: Date.now(), kind: 'started', server: '', grant: '', detail: {} });
  const rotated = operator.grants.rotate(id) ?? '';
  expect(gateway.findGrant(token, Date.now())).toBeUndefined();
  expect(gateway.findGrant(rotated, Date.now())).toMatchObject({ id });
  operator.grants.revoke(id);
  expect(gateway.findGrant(rotated, Date.now())).toBeUndefined();
});

test('what a process does to its own grants holds at once', () => {
  const state = openSqliteState({ folder: join(temporaryFolder(), 'state') });
  onTestFinished(() => state.close());
  const { id, token } = state.grants.create(grant);
  expect(state.findGrant(token, Date.now())).toMatchObject({ id });
  const rotated = state.grants.rotate(id) ?? '';
  expect([state.findGrant(token, Date.now()), state.findGrant(rotated, Date.now())?.id]).toEqual([
    undefined,
    id,
  ]);
  state.grants.revoke(id);
  expect(state.findGrant(rotated, Date.now())).toBeUndefined();
});

test('a call is refused once its grant is revoked, whoever revokes it, and however often it passed before', () => {
  const folder = join(temporaryFolder(), 'state');
  const [gateway, operator] = [openSqliteState({ folder }), openSqliteState({ folder })];
  onTestFinished(async () => {
    await gateway.close();
    await operator.close();
  });
  const ids = [operator.grants.create(grant).id, operator.grants.create(grant).id];
  const ask = (id = '') => {
    const call = { ...entry('other'), grant: id, at: Date.now() };
    return gateway.record(call, judgeOf(call));
  };
  // The second of each is judged by what the first has read.
  for (const id of [...ids, ...ids]) expect(ask(id)).toMatchObject({ decision: {} });
  operator.grants.revoke(ids[0] ?? '');
  expect(() => ask(ids[0])).toThrow('revoked or expired');
  expect(ask(ids[1])).toMatchObject({ decision: {} });
  gateway.grants.revoke(ids[1] ?? '');
  expect(() => ask(ids[1])).toThrow('revoked or expired');
  // Forgotten is not given again.
  operator.grants.forget();
  expect(() => ask(ids[0])).toThrow('revoked or expired');
});

test('a call is refused once its grant has expired, without anybody writing', () => {
  const state = openSqliteState({ folder: join(temporaryFolder(), 'state') });
  onTestFinished(() => state.close());
  const expiresAt = Date.now() + 60_000;
  const { id } = state.grants.create({ ...grant, expiresAt });
  const ask = (at: number) => {
    const call = { ...entry('other'), grant: id, at };
    return state.record(call, judgeOf(call));
  };
  expect(ask(expiresAt - 2)).toMatchObject({ decision: {} });
  expect(ask(expiresAt - 1)).toMatchObject({ decision: {} });
  expect(() => ask(expiresAt)).toThrow('revoked or expired');
});
