import {
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
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { entry } from '../testing/judged-calls.ts';
import {
  callsUntilHeld,
  charge,
  crashed,
  inStore,
  opened,
  problemsOf,
  readable,
  recordingProcess,
} from '../testing/kept-store.ts';
import { stateFiles } from './open-database.ts';
import type { Judge } from './state.ts';

const asking: ReturnType<Judge> = {
  ...{ effect: 'approve', rules: [], reason: '', counters: [] },
  policyDigest: `sha256:${'0'.repeat(64)}`,
};

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

test('a transaction that fails while the lock is kept loses none of the calls before it', () => {
  const { folder, state } = opened();
  const made = callsUntilHeld(folder, state);
  expect(() => state.record(entry('pay'), failingInTransaction())).toThrow('a fault of ours');
  expect(readable(folder)).toBe(made);
  expect(charge(state)).toBe(made + 1);
  expect(readable(folder)).toBe(made + 1);
  expect(problemsOf(folder)).toEqual([]);
});

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

test('P16: a folder that is deleted as many calls begin refuses them as a store that is gone', async () => {
  const { folder, state } = opened();
  charge(state);
  rmSync(folder, { recursive: true });
  const faults = new Set<string>();
  const call = () => {
    try {
      charge(state);
    } catch (error) {
      faults.add(String((error as { code?: unknown }).code));
    }
  };
  // The files are looked at a moment later; until then calls are many enough to keep the lock for.
  for (let n = 0; n < 50; n++) call();
  await expect.poll(() => call() ?? faults.size).toBeGreaterThan(0);
  expect([...faults]).toEqual(['state-unavailable']);
  expect(() => state.close()).toThrow(/gone or replaced/);
});
