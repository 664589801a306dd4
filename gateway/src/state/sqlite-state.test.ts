import { copyFileSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { checkedStates } from '../testing/checked-states.ts';
import { entry, judgeOf, START } from '../testing/judged-calls.ts';
import { stateLaws } from '../testing/state-kit.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { openSqliteState, type SqliteStateOptions } from './sqlite-state.ts';
import type { CallEntry, Recorded, State } from './state.ts';

const checked = checkedStates({ isObserving: true });

function open(folder: string, more: Partial<SqliteStateOptions> = {}) {
  return checked(openSqliteState({ folder, clock: () => START, ...more }));
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

for (const durability of ['process', 'power'] as const) {
  test.for(stateLaws)(`in SQLite, durability ${durability}: $name`, async ({ check }) => {
    const folder = join(temporaryFolder(), 's');
    const store = {
      now: START,
      open: () => checked(openSqliteState({ folder, clock: () => store.now, durability })),
    };
    await check(store);
  });
}

test('a judge that throws leaves no record', () => {
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

test('P14: with power durability a copy of the files at each answer holds all that was answered, whole', async () => {
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

test('U2: every call that was sent on has an outcome after a crash, and only the dead are spoken for', () => {
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

test('drafts that a killed process left are removed once nobody can be making them any more', () => {
  const folder = join(temporaryFolder(), 's');
  void open(folder).close();
  const old = ['toolwarden.db.draft-0123456789ab', 'toolwarden.db.draft-0123456789ab-wal'];
  // People name their copies by the day and minute, which are twelve digits.
  const copies = [
    'toolwarden.db.202611212054',
    'toolwarden.db.backup',
    'mine.db.draft-0123456789ab',
  ];
  const kept = ['toolwarden.db.draft-ba9876543210', ...copies];
  for (const name of [...old, ...kept]) writeFileSync(join(folder, name), '');
  const before = new Date(Date.now() - 24 * 3_600_000);
  for (const name of [...old, ...kept.slice(1)]) utimesSync(join(folder, name), before, before);
  void open(folder).close();
  expect(readdirSync(folder)).toEqual(expect.arrayContaining(kept));
  for (const name of old) expect(readdirSync(folder)).not.toContain(name);
});

test('a folder that is named as a draft of ours is left alone', () => {
  const folder = join(temporaryFolder(), 's');
  void open(folder).close();
  const named = join(folder, 'toolwarden.db.draft-0123456789ab');
  mkdirSync(named);
  const before = new Date(Date.now() - 24 * 3_600_000);
  utimesSync(named, before, before);
  void open(folder).close();
  expect(readdirSync(folder)).toContain('toolwarden.db.draft-0123456789ab');
});

test('a state folder where nothing can be made is told in one line, at once', () => {
  expect(() => open('/proc/toolwarden')).toThrow(/^\/proc\/toolwarden: no state folder there/);
});
