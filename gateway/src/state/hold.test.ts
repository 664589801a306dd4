import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { entry, START } from '../testing/judged-calls.ts';
import {
  callsUntilHeld,
  charge,
  crashed,
  inStore,
  opened,
  problemsOf,
  RECORD_CALLS,
  readable,
  recordingProcess,
} from '../testing/kept-store.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { openHeldTable } from './held-table.ts';
import { stateFiles } from './open-database.ts';
import { openRecordTable, type StoredRecord } from './record-table.ts';
import { openSqliteState, type SqliteState } from './sqlite-state.ts';

test('what is only in the log is read by whoever reads the audit, and comes into the store by itself', async () => {
  const { folder, state } = opened();
  const made = callsUntilHeld(folder, state);
  expect(readable(folder)).toBe(made);
  expect(problemsOf(folder)).toEqual([]);
  await expect.poll(() => inStore(folder)).toBe(made);
  expect(readable(folder)).toBe(made);
});

test('P16, I1: a process that dies leaves no call unrecorded, whoever opens the folder next', () => {
  const { folder, state } = opened();
  const made = callsUntilHeld(folder, state);
  const left = crashed(folder);
  const missing = made - inStore(left);
  expect(missing).toBeGreaterThan(0);
  expect(readable(left)).toBe(made);
  const next = opened(left).state;
  expect(inStore(left)).toBe(made);
  expect(charge(next)).toBe(made + 1);
  next.close();
  expect(problemsOf(left)).toEqual([]);
});

test('P13, I3: another process that wants the lock gets it, and both count as one', async () => {
  const { folder, state } = opened();
  const made = callsUntilHeld(folder, state);
  const other = recordingProcess(folder, 30);
  let mine = made;
  const calling = setInterval(() => {
    for (let n = 0; n < 5; n++) charge(state);
    mine += 5;
  }, 1);
  const lines = await other;
  clearInterval(calling);
  expect(lines).toHaveLength(30);
  expect(lines.every((line) => line.startsWith('sent '))).toBe(true);
  expect(charge(state)).toBe(mine + 30 + 1);
  state.close();
  expect(problemsOf(folder)).toEqual([]);
});

test('P16, I1: a process that dies while it keeps the lock leaves its calls to those that run on', async () => {
  const { folder, state } = opened();
  const use = () => charge(state, { at: Date.now() });
  expect(use()).toBe(1);
  for (let round = 1, known = 1; round <= 3; round++) {
    const child = spawn(process.execPath, [RECORD_CALLS, folder, `dying${round}`, '0'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(child, 'exit');
    let sent = 0;
    for await (const _ of createInterface({ input: child.stdout })) {
      if (++sent === 200 + 7 * round) child.kill('SIGKILL');
    }
    await ended;
    const used = use();
    // The last may have been recorded and not told.
    expect([known + sent + 1, known + sent + 2]).toContain(used);
    known = used;
  }
  state.close();
  expect(problemsOf(folder)).toEqual([]);
});

test('a process that waits for the lock says so, and is then let in call by call', async () => {
  const { folder, state } = opened();
  const { wanted } = stateFiles(folder);
  const made = callsUntilHeld(folder, state);
  // This process can do nothing while it waits for that one, which so gets no lock.
  const other = spawnSync(process.execPath, [RECORD_CALLS, folder, 'other', '0', '1']);
  expect(other.stderr.toString()).toContain('another process kept it locked');
  expect(statSync(wanted).size).toBe(0);
  await expect.poll(() => inStore(folder)).toBe(made);
  for (let call = 1; call <= 50; call++) {
    charge(state);
    expect(inStore(folder)).toBe(made + call);
  }
});

test('a store that another opened meanwhile is kept no more, and nothing is missing from it', async () => {
  const { folder, state } = opened();
  const made = callsUntilHeld(folder, state);
  await expect.poll(() => inStore(folder)).toBe(made);
  opened(folder);
  for (let call = 1; call <= 30; call++) {
    charge(state);
    expect(readable(crashed(folder))).toBe(made + call);
  }
});

test('each time the lock is kept the log begins anew', async () => {
  const { folder, state } = opened();
  for (let round = 0; round < 3; round++) {
    const made = callsUntilHeld(folder, state);
    expect(readable(crashed(folder))).toBe(made);
    await expect.poll(() => inStore(folder)).toBe(made);
  }
});

test('a grant that another store revokes lets nothing in from then on, though the lock was kept', () => {
  const { folder, state } = opened();
  const { id } = state.grants.create({ label: 'ci', servers: ['s'], policy: 'p' });
  const use = () => charge(state, { grant: id });
  callsUntilHeld(folder, state);
  use();
  expect(opened(folder).state.grants.revoke(id)).toBe(true);
  expect(use).toThrow(/revoked or expired/);
});

test('a call that is refused as the last of many does not leave the lock kept', async () => {
  const { folder, state } = opened();
  const { id } = state.grants.create({
    label: 'ci',
    servers: ['s'],
    policy: 'p',
    expiresAt: START,
  });
  const made = callsUntilHeld(folder, state);
  await expect.poll(() => inStore(folder)).toBe(made);
  expect(() => charge(state, { grant: id })).toThrow(/revoked or expired/);
  expect(isLocked(folder)).toBe(true);
  await expect.poll(() => isLocked(folder)).toBe(false);
});

function isLocked(folder: string): boolean {
  const db = new DatabaseSync(stateFiles(folder).database, { timeout: 0 });
  try {
    db.exec('BEGIN IMMEDIATE; ROLLBACK');
    return false;
  } catch {
    return true;
  } finally {
    db.close();
  }
}

test('no record is written by itself while the store says that another keeps it', () => {
  const { folder, state } = opened();
  charge(state);
  const db = new DatabaseSync(stateFiles(folder).database);
  const [records, held] = [openRecordTable(db), openHeldTable(db)];
  const last = records.get(records.lastId()) as StoredRecord;
  const link = { ...last, seq: last.seq + 1 };
  const append = () =>
    records.appendIfFree(last.id + 1, { chain: last.chain, link, at: START, openFrom: 1 }, null);
  held.hold('another', last.id + 1);
  expect(append()).toBe(false);
  held.end();
  expect(append()).toBe(true);
  db.exec(`DELETE FROM record WHERE id = ${last.id + 1}`);
  db.close();
});

test('with power durability every call is in the store before it passes', async () => {
  const folder = join(temporaryFolder(), 's');
  const state = openSqliteState({ folder, durability: 'power' });
  onTestFinished(() => state.close());
  for (let made = 1; made <= 50; made++) {
    await state.record(entry('any'), () => ({
      ...{ effect: 'allow', rules: [], reason: '', counters: [] },
      policyDigest: `sha256:${'0'.repeat(64)}`,
    }));
    expect(inStore(folder)).toBe(made);
  }
});

test('P16: whatever two stores do in turn, and whenever they die, every call counts once', () => {
  const step = fc.record({
    who: fc.constantFrom(0, 1),
    what: fc.constantFrom('call', 'calls', 'calls', 'outcome', 'undo', 'crash', 'restart'),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      let folder = join(temporaryFolder(), 's');
      const open = () => openSqliteState({ folder, clock: () => START });
      let states = [open(), open()];
      let [used, made] = [0, 0];
      for (const { who, what } of steps) {
        const state = states[who] as SqliteState;
        const one = () => {
          const callId = `p${++made}`;
          expect(charge(state, { callId })).toBe(++used);
          return callId;
        };
        if (what === 'call') one();
        if (what === 'calls') for (let n = 0; n < 20; n++) one();
        if (what === 'outcome') state.outcome(one(), { kind: 'answered', bytes: 1 });
        if (what === 'undo') {
          state.undo(one());
          used--;
        }
        if (what === 'restart') {
          state.close();
          states[who] = open();
        }
        if (what === 'crash') {
          const dead = states;
          folder = crashed(folder);
          states = [open(), open()];
          for (const each of dead) each.close();
        }
      }
      expect(charge(states[0] as SqliteState)).toBe(used + 1);
      for (const state of states) state.close();
      expect(readable(folder)).toBe(made + 1);
      expect(problemsOf(folder)).toEqual([]);
    }),
    { numRuns: 60 },
  );
});
