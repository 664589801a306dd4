import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { openAuditReader } from '../audit/audit-reader.ts';
import { verifyAudit } from '../audit/verify-audit.ts';
import { entry, START } from '../testing/judged-calls.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { openHeldTable } from './held-table.ts';
import { stateFiles } from './open-database.ts';
import { openRecordTable, type StoredRecord } from './record-table.ts';
import { openSqliteState, type SqliteState } from './sqlite-state.ts';
import type { Judge } from './state.ts';

const HOUR = 3_600_000;
const MAX = 1e6;

/** A call that is charged one; what its counter held with it. */
function charge(state: SqliteState, more = {}): number {
  const judge: Judge = ({ at, counters }) => {
    const used = counters.used('k', HOUR, at) + 1;
    return {
      ...{ effect: 'allow', rules: [], reason: '', policyDigest: `sha256:${'0'.repeat(64)}` },
      counters: [{ key: 'k', charged: 1, used, max: MAX, windowMs: HOUR }],
    };
  };
  const recorded = state.record(entry('any', more), judge);
  if (recorded instanceof Promise) throw new Error('not with process durability');
  return recorded.decision.counters[0]?.used ?? 0;
}

const RECORD_CALLS = join(import.meta.dirname, '../testing/record-calls.ts');

const asking: ReturnType<Judge> = {
  ...{ effect: 'approve', rules: [], reason: '', counters: [] },
  policyDigest: `sha256:${'0'.repeat(64)}`,
};

/** So many decisions are in the store itself, whatever the log holds. */
function inStore(folder: string): number {
  const db = new DatabaseSync(stateFiles(folder).database, { readOnly: true });
  const row = db
    .prepare("SELECT count(*) AS n FROM record WHERE body ->> 'kind' = 'decision'")
    .get();
  db.close();
  return Number(row?.n);
}

/** So many decisions a reader finds. */
function readable(folder: string): number {
  const reader = openAuditReader(folder);
  const bodies = [...reader.from(0)].map(({ body }) => JSON.parse(body) as { kind: string });
  reader.close();
  return bodies.filter(({ kind }) => kind === 'decision').length;
}

const problemsOf = (folder: string) =>
  verifyAudit({ source: { folder }, keys: new Map() }).problems;

function opened(folder = join(temporaryFolder(), 's')) {
  const state = openSqliteState({ folder, clock: () => START });
  onTestFinished(() => state.close());
  return { folder, state };
}

/** Calls until the state keeps the lock, so that the last of them are only in the log; so many were made. */
function callsUntilHeld(folder: string, state: SqliteState): number {
  for (let round = 0; round < 1_000; round++) {
    let used = 0;
    for (let n = 0; n < 20; n++) used = charge(state);
    if (inStore(folder) < used) return used;
  }
  throw new Error('the lock was never kept');
}

/** The state folder as a process leaves it that dies now. */
function crashed(folder: string): string {
  const copy = join(temporaryFolder(), 's');
  cpSync(folder, copy, { recursive: true });
  return copy;
}

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

test('a line that was not written whole is no record, and all before it are', () => {
  const { folder, state } = opened();
  const made = callsUntilHeld(folder, state);
  const [before, after] = [charge(state), charge(state)];
  expect([before, after]).toEqual([made + 1, made + 2]);
  const left = crashed(folder);
  const { calls } = stateFiles(left);
  const whole = readFileSync(calls);
  const end = lengthOfLines(whole.toString('latin1'), made + 2 - inStore(left));
  const start = whole.toString('latin1').lastIndexOf('\n', end - 2) + 1;
  for (let cut = start; cut < end; cut += 37) {
    const copy = crashed(left);
    writeFileSync(stateFiles(copy).calls, whole.subarray(0, cut));
    expect(readable(copy)).toBe(before);
  }
  // What is there and was changed is no record either.
  const copy = crashed(left);
  const text = whole.toString('latin1');
  writeFileSync(stateFiles(copy).calls, `${text.slice(0, end - 3)}x${text.slice(end - 2)}`);
  expect(charge(opened(copy).state)).toBe(made + 2);
  expect(problemsOf(copy)).toEqual([]);
});

function lengthOfLines(text: string, lines: number): number {
  let end = 0;
  for (let line = 0; line < lines; line++) end = text.indexOf('\n', end) + 1;
  return end;
}

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

/** Another process that records calls in a folder; what it said of each. */
async function recordingProcess(folder: string, calls: number): Promise<string[]> {
  const child = spawn(process.execPath, [RECORD_CALLS, folder, 'other', '0', String(calls)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) lines.push(line);
  expect(await ended).toEqual([0, null]);
  return lines;
}

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

test('a transaction that fails while the lock is kept loses none of the calls before it', () => {
  const { folder, state } = opened();
  const made = callsUntilHeld(folder, state);
  expect(() => state.record(entry('pay'), failingInTransaction())).toThrow('a fault of ours');
  expect(readable(folder)).toBe(made);
  expect(charge(state)).toBe(made + 1);
  expect(readable(folder)).toBe(made + 1);
  expect(problemsOf(folder)).toEqual([]);
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

test('a log that is left of another time of the store is no part of an older copy of it', () => {
  const { folder, state } = opened();
  const made = callsUntilHeld(folder, state);
  const left = crashed(folder);
  const db = new DatabaseSync(stateFiles(left).database);
  db.exec("UPDATE held SET by = 'another'");
  db.close();
  expect(readable(left)).toBe(inStore(left));
  expect(charge(opened(left).state)).toBe(inStore(left));
  expect(inStore(left)).toBeLessThan(made);
  expect(problemsOf(left)).toEqual([]);
});

test('calls pass where no log can be written, and none where it cannot be read that may hold some', () => {
  const { folder, state } = opened();
  const { calls } = stateFiles(folder);
  mkdirSync(calls);
  for (let made = 1; made <= 50; made++) {
    expect(charge(state)).toBe(made);
    expect(inStore(folder)).toBe(made);
  }
  state.close();
  rmSync(calls, { recursive: true });
  const next = opened(folder).state;
  const made = callsUntilHeld(folder, next);
  const left = crashed(folder);
  const log = stateFiles(left).calls;
  const whole = readFileSync(log);
  rmSync(log);
  mkdirSync(log);
  const unreadable = { code: 'state-unavailable', message: expect.stringContaining(log) };
  expect(() => opened(left)).toThrow(expect.objectContaining(unreadable));
  expect(() => readable(left)).toThrow(expect.objectContaining(unreadable));
  rmSync(log, { recursive: true });
  writeFileSync(log, whole);
  expect(charge(opened(left).state)).toBe(made + 1);
});

test('more calls than a log takes at once go into the store with all before them, though the log is gone', () => {
  const { folder, state } = opened();
  let made = callsUntilHeld(folder, state);
  rmSync(stateFiles(folder).calls);
  for (const until = made + 1_500; made < until; made++) charge(state);
  expect(inStore(folder)).toBeGreaterThan(made - 1_500);
  state.close();
  expect(inStore(folder)).toBe(made);
  expect(problemsOf(folder)).toEqual([]);
});

test('whoever cannot say that he waits for the lock waits all the same', async () => {
  const { folder, state } = opened();
  const { wanted } = stateFiles(folder);
  symlinkSync(join(folder, 'nowhere', 'file'), wanted);
  callsUntilHeld(folder, state);
  const calling = setInterval(() => {
    for (let n = 0; n < 20; n++) charge(state);
  }, 1);
  expect(await recordingProcess(folder, 30)).toHaveLength(30);
  clearInterval(calling);
  expect(statSync(wanted).isFile()).toBe(true);
});

test('what is only in the log makes no store damaged that was written to meanwhile', () => {
  const { folder, state } = opened();
  const made = callsUntilHeld(folder, state);
  untilNextLook();
  const now = new Date();
  utimesSync(stateFiles(folder).database, now, now);
  expect(() => state.record(entry('pay'), failingInTransaction())).toThrow('a fault of ours');
  expect(charge(state)).toBe(made + 1);
  expect(readable(folder)).toBe(made + 1);
});

test('I4: a store that is moved away while it is kept lets nothing pass, and has all once it is back', () => {
  const { folder, state } = opened();
  const { database } = stateFiles(folder);
  const made = callsUntilHeld(folder, state);
  untilNextLook();
  renameSync(database, `${database}-away`);
  expect(() => charge(state)).toThrow('gone or replaced');
  expect(() => charge(state)).toThrow('gone or replaced');
  renameSync(`${database}-away`, database);
  expect(charge(state)).toBe(made + 1);
  expect(readable(folder)).toBe(made + 1);
  expect(problemsOf(folder)).toEqual([]);
});

/** Longer than from one look at the files to the next. */
function untilNextLook(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 30);
}

function failingInTransaction(): Judge {
  let isFirst = true;
  return () => {
    if (!isFirst) throw new Error('a fault of ours');
    isFirst = false;
    return asking;
  };
}

test('what is in memory too outlives a log that is deleted', async () => {
  const { folder, state } = opened();
  const made = callsUntilHeld(folder, state);
  rmSync(stateFiles(folder).calls);
  await expect.poll(() => inStore(folder)).toBe(made);
  const more = callsUntilHeld(folder, state);
  expect(statSync(stateFiles(folder).calls).size).toBeGreaterThan(0);
  expect(readable(folder)).toBe(more);
});

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
