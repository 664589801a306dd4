import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
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
