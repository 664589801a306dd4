import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { entry, judgeOf, START } from '../testing/judged-calls.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { stateFiles } from './open-database.ts';
import { openSqliteState, type SqliteState } from './sqlite-state.ts';

const clock = () => START;

function pay(state: SqliteState, more = {}) {
  const call = entry('pay', more);
  const recorded = state.record(call, judgeOf(call));
  if (recorded instanceof Promise) throw new Error('not with process durability');
  return recorded;
}

test('a store of the version before is taken on with what waits in it, while others have it open', () => {
  const folder = join(temporaryFolder(), 's');
  const first = openSqliteState({ folder, clock });
  const { approvalId = '' } = pay(first);
  first.close();
  const db = new DatabaseSync(stateFiles(folder).database);
  db.exec(
    'ALTER TABLE approval DROP COLUMN replies; ALTER TABLE approval DROP COLUMN method; DROP TABLE held; PRAGMA user_version = 3',
  );
  // As a process of that version writes while this one takes the store on.
  const old = db.prepare(
    `INSERT INTO approval (id, binding, status, grant_id, server, tool, arguments, reason, created_at, expires_at)
     VALUES (?, 'b', 'pending', 'g', 's', 't', '{"a":1}', 'r', ${START}, ${START + 1000})`,
  );
  old.run('old1');
  const [one, other] = [openSqliteState({ folder, clock }), openSqliteState({ folder, clock })];
  const named = (id: string) => one.approvals.list().find((each) => each.id === id);
  old.run('old2');
  for (const id of ['old1', 'old2']) expect(named(id)).toMatchObject({ arguments: { a: 1 } });
  expect(named('old2')).not.toHaveProperty('method');
  expect(named(approvalId)).not.toHaveProperty('replies');
  expect(other.approvals.answer(approvalId, 'approved', 'ann')).toBe(true);
  expect(pay(one).decision.effect).toBe('allow');
  const replies = { requestState: 's' };
  const asked = named(pay(other, { replies }).approvalId ?? '');
  expect(asked).toMatchObject({ replies, method: 'tools/call' });
  db.close();
  one.close();
  other.close();
});

test('a process of a version that knows no log writes nothing while the store lacks what the log has', () => {
  const folder = join(temporaryFolder(), 's');
  openSqliteState({ folder, clock }).close();
  const db = new DatabaseSync(stateFiles(folder).database);
  db.exec('DROP TABLE held; PRAGMA user_version = 5');
  const old = db.prepare(
    `INSERT OR IGNORE INTO record (id, chain, seq, at, open_from, body, hash) VALUES (?, 1, 99, 1, 1, '{}', '')`,
  );
  openSqliteState({ folder, clock }).close();
  expect(old.run(1_000).changes).toBe(1);
  db.exec("DELETE FROM record WHERE id = 1000; INSERT INTO held VALUES (1, 'one that died', 2)");
  expect(() => old.run(1_000)).toThrow('use that version');
  const next = openSqliteState({ folder, clock });
  pay(next);
  next.close();
  db.close();
});
