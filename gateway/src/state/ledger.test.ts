import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Charge } from '@toolwarden/policy';
import { addAmounts } from '@toolwarden/policy/amounts';
import { type CountersUnderTest, counterLaws } from '@toolwarden/policy/counter-testkit';
import { expect, test } from 'vitest';
import { entry, START } from '../testing/judged-calls.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { stateFiles } from './open-database.ts';
import { openSqliteState, type SqliteState } from './sqlite-state.ts';
import type { Judge } from './state.ts';

/** A call that costs what is asked, if that fits; its id, where it passed. */
function charge(state: SqliteState, asked: readonly Charge[], at: number): string | undefined {
  const call = entry('any', { at });
  const judge: Judge = ({ at: now, counters }) => {
    const fits = asked.every(
      ({ key, charged, max, windowMs }) =>
        addAmounts(counters.used(key, windowMs, now), charged) <= max,
    );
    return {
      ...{ effect: fits ? 'allow' : 'deny', rules: [], reason: '' },
      counters: fits ? asked : [],
      policyDigest: `sha256:${'0'.repeat(64)}`,
    };
  };
  const recorded = state.record(call, judge);
  if (recorded instanceof Promise) throw new Error('not with process durability');
  return recorded.decision.effect === 'allow' ? call.callId : undefined;
}

/** What is used, as the judge of a call sees it. */
function used(state: SqliteState, key: string, windowMs: number, at: number): number {
  let seen = Number.NaN;
  state.record(entry('any', { at }), ({ at: now, counters }) => {
    seen = counters.used(key, windowMs, now);
    return {
      ...{ effect: 'deny', rules: [], reason: '', counters: [] },
      policyDigest: `sha256:${'0'.repeat(64)}`,
    };
  });
  return seen;
}

function countersOf(pick: () => SqliteState): CountersUnderTest {
  const calls: string[] = [];
  return {
    used: (key, windowMs, at) => used(pick(), key, windowMs, at),
    charge(asked, at) {
      const call = charge(pick(), asked, at);
      return call === undefined ? undefined : { id: calls.push(call) - 1 };
    },
    undo: ({ id }) => pick().undo(calls[id] ?? ''),
  };
}

test.for(counterLaws)('SQLite counters: $name', async ({ check }) => {
  const state = openSqliteState({ folder: join(temporaryFolder(), 's') });
  await check(countersOf(() => state));
  state.close();
});

test.for(counterLaws)('two stores on one file count as one: $name', async ({ check }) => {
  const folder = join(temporaryFolder(), 's');
  const states = [openSqliteState({ folder }), openSqliteState({ folder })] as const;
  let turn = 0;
  await check(countersOf(() => states[turn++ % 2 === 0 ? 0 : 1]));
  for (const state of states) state.close();
});

test.for(counterLaws)('a restart before each step forgets nothing: $name', async ({ check }) => {
  const folder = join(temporaryFolder(), 's');
  let state = openSqliteState({ folder });
  const restarted = () => {
    state.close();
    state = openSqliteState({ folder });
    return state;
  };
  await check(countersOf(restarted));
  state.close();
});

/** So many rows each table has. */
function counts(folder: string) {
  const db = new DatabaseSync(stateFiles(folder).database, { readOnly: true });
  const row = db
    .prepare(
      'SELECT (SELECT count(*) FROM fold) AS folds, (SELECT count(*) FROM record) AS records',
    )
    .get();
  db.close();
  return row;
}

const each = (windowMs: number): Charge => ({ key: 'a', charged: 1, used: 0, max: 1e6, windowMs });

test('a start counts from what was put together, and from the records behind that', () => {
  const folder = join(temporaryFolder(), 's');
  const first = openSqliteState({ folder });
  for (let call = 0; call < 1500; call++) charge(first, [each(3_600_000)], START + call);
  first.close();
  expect(counts(folder)).toMatchObject({ folds: 1 });
  const second = openSqliteState({ folder });
  const more = charge(second, [each(3_600_000)], START) ?? '';
  expect(used(second, 'a', 3_600_000, START)).toBe(1501);
  second.undo(more);
  second.close();
  const third = openSqliteState({ folder });
  expect(used(third, 'a', 3_600_000, START)).toBe(1500);
  third.close();
});

test('folds whose windows have passed go, and the time does not go back', () => {
  const folder = join(temporaryFolder(), 's');
  for (let round = 0; round < 3; round++) {
    const state = openSqliteState({ folder });
    for (let call = 0; call < 1100; call++) {
      charge(state, [each(1000)], START + 1_000_000 * round + call);
    }
    state.close();
  }
  expect(counts(folder)).toMatchObject({ folds: 1 });
  const state = openSqliteState({ folder });
  expect(used(state, 'a', 1000, START)).toBe(1000);
  state.close();
});

test('what is archived still counts, also for a process that had not read it', () => {
  const folder = join(temporaryFolder(), 's');
  const idle = openSqliteState({ folder });
  charge(idle, [each(3_600_000)], START);
  const busy = openSqliteState({ folder });
  for (let call = 0; call < 50; call++) charge(busy, [each(3_600_000)], START);
  busy.close();
  const operator = openSqliteState({ folder });
  expect(operator.archive(START + 1, join(folder, 'old'))).toMatchObject([{ from: 1, to: 1 }, {}]);
  operator.close();
  expect(used(idle, 'a', 3_600_000, START)).toBe(51);
  idle.close();
  const next = openSqliteState({ folder });
  expect(used(next, 'a', 3_600_000, START)).toBe(51);
  next.close();
});
