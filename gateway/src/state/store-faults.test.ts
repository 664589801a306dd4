import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, onTestFinished, test } from 'vitest';
import { verifyAudit } from '../audit/verify-audit.ts';
import { brokenInvariants, type Happening } from '../testing/invariants.ts';
import { recordedState } from '../testing/recorded-state.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { stateFiles } from './open-database.ts';
import { openSqliteState } from './sqlite-state.ts';
import type { CallEntry, Judge, Recorded, State } from './state.ts';

const LIMIT = { key: 'k', charged: 1, used: 0, max: 3, windowMs: 3_600_000 };
const judge: Judge = ({ at, counters }) => {
  const used = counters.used(LIMIT.key, LIMIT.windowMs, at);
  const charged = used < LIMIT.max ? 1 : 0;
  return {
    ...{ effect: charged === 1 ? 'allow' : 'deny', rules: ['/tools/t/limits/0'], reason: '' },
    counters: [{ ...LIMIT, charged, used: used + charged }],
    policyDigest: `sha256:${'0'.repeat(64)}`,
  };
};

let made = 0;
const happenings: Happening[] = [];
afterEach(() => {
  const broken = brokenInvariants(happenings.splice(0), { ceilings: { t: LIMIT.max } });
  expect(broken).toEqual([]);
});

/** A call as a gateway makes it: what passes reaches the server, and what the store cannot take does not. */
function call(state: State) {
  const n = ++made;
  const args = { n };
  const entry: CallEntry = {
    ...{ callId: `fault-${n}`, method: 'tools/call', server: 's', tool: 't', grant: 'local' },
    ...{ at: Date.now(), arguments: args, argumentsText: JSON.stringify(args), isObserved: false },
  };
  const { effect } = (state.record(entry, judge) as Recorded).decision;
  const params = { name: 't', arguments: args };
  const line = JSON.stringify({ jsonrpc: '2.0', id: n, method: 'tools/call', params });
  if (effect === 'allow') happenings.push({ kind: 'server-got', line });
  return effect;
}

/** While a store is gone, calls are tried, and none may pass. */
function whileGone(work: () => void) {
  happenings.push({ kind: 'lost', what: 'the store' });
  work();
  happenings.push({ kind: 'restored' });
}

function openNew() {
  const folder = join(temporaryFolder(), 's');
  const state = openRecorded(folder);
  onTestFinished(() => {
    try {
      state.close();
    } catch {
      // It says what the test has seen already.
    }
  });
  expect(call(state)).toBe('allow');
  return { folder, state, file: stateFiles(folder).database };
}

const openRecorded = (folder: string) => recordedState(openSqliteState({ folder }), happenings);

/** The files are looked at again after a while, not at each call. */
const untilLookedAt = () => sleep(30);

test('P16: a store that is deleted or replaced refuses, and is not made anew', async () => {
  const { state, file } = openNew();
  renameSync(file, `${file}.away`);
  await untilLookedAt();
  whileGone(() => {
    for (const _ of [1, 2]) expect(() => call(state)).toThrow(/gone or replaced/);
  });
  expect(existsSync(file)).toBe(false);
});

test('P16: a store whose log is deleted refuses until all is in the main file, and forgets nothing', async () => {
  const { state, file } = openNew();
  rmSync(`${file}-wal`);
  await untilLookedAt();
  whileGone(() => expect(() => call(state)).toThrow(/gone or replaced/));
  expect([call(state), call(state), call(state)]).toEqual(['allow', 'allow', 'deny']);
});

test('a store that is put back unchanged is used again, with its counts', async () => {
  const { state, file } = openNew();
  renameSync(file, `${file}.away`);
  await untilLookedAt();
  whileGone(() => expect(() => call(state)).toThrow(/gone or replaced/));
  renameSync(`${file}.away`, file);
  expect([call(state), call(state), call(state)]).toEqual(['allow', 'allow', 'deny']);
});

test('a store that is replaced by an older copy while it runs is refused', async () => {
  const { folder, state, file } = openNew();
  state.close();
  const copy = readFileSync(file);
  const running = openRecorded(folder);
  call(running);
  for (const each of ['', '-wal', '-shm']) rmSync(`${file}${each}`, { force: true });
  writeFileSync(file, copy);
  await untilLookedAt();
  for (const _ of [1, 2, 3]) expect(() => call(running)).toThrow(/gone or replaced/);
  expect(() => running.close()).toThrow(/gone or replaced/);
});

/** Brings all that was written into the main file, as happens every few thousand calls. */
function copyLog(file: string): void {
  const db = new DatabaseSync(file);
  expect(db.prepare('PRAGMA wal_checkpoint(PASSIVE)').get()).toMatchObject({ busy: 0 });
  db.close();
}

const pages = (file: string) => statSync(file).size / 4096;

test.for<[string, (file: string) => void]>([
  [
    'every page but the first overwritten',
    (file) => overwrite(file, 4096, 'x'.repeat(4096 * (pages(file) - 1))),
  ],
  [
    'its last page overwritten',
    (file) => overwrite(file, 4096 * (pages(file) - 1), 'x'.repeat(4096)),
  ],
  ['its head overwritten', (file) => overwrite(file, 0, 'x'.repeat(100))],
  ['half of it cut off', (file) => truncateSync(file, 4096 * Math.floor(pages(file) / 2))],
])(
  'P16: a store that is damaged while it runs, %s, refuses from then on and says how to recover',
  async ([, damage]) => {
    const { folder, state, file } = openNew();
    copyLog(file);
    await untilLookedAt();
    expect(call(state)).toBe('allow');
    damage(file);
    await untilLookedAt();
    whileGone(() => {
      for (const _ of [1, 2])
        expect(() => call(state)).toThrow(/damaged; restore it .* or move the whole folder away/);
    });
    expect(() => openSqliteState({ folder })).toThrow(/damaged; restore it/);
  },
);

test.for([0.5, 0])(
  'P16: a store whose log is cut to %d of its length while it runs refuses from then on',
  async (part) => {
    const { state, file } = openNew();
    await untilLookedAt();
    expect(call(state)).toBe('allow');
    truncateSync(`${file}-wal`, statSync(`${file}-wal`).size * part);
    await untilLookedAt();
    whileGone(() => {
      for (const _ of [1, 2])
        expect(() => call(state)).toThrow(/(damaged|gone or replaced); restore it/);
    });
  },
);

test('P16: another program that copies the log into the main file, and cuts it, does no harm', async () => {
  const { state, file } = openNew();
  copyLog(file);
  const db = new DatabaseSync(file);
  expect(db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()).toMatchObject({ busy: 0 });
  db.close();
  expect(statSync(`${file}-wal`).size).toBe(0);
  await untilLookedAt();
  expect([call(state), call(state), call(state)]).toEqual(['allow', 'allow', 'deny']);
});

test('a folder whose store is missing is not taken for a new one', () => {
  const { folder, state, file } = openNew();
  state.close();
  rmSync(file);
  expect(() => openSqliteState({ folder })).toThrow(/gone or replaced; restore it, or move/);
  expect(existsSync(file)).toBe(false);
  writeFileSync(file, '');
  expect(() => openSqliteState({ folder })).toThrow(/damaged; restore it/);
});

test.for([
  ['its head overwritten', (file: string) => overwrite(file, 0, 'not a database at all')],
  ['cut in half', (file: string) => truncateSync(file, 8192)],
  ['cut to nothing', (file: string) => truncateSync(file, 0)],
  ['a page of rubbish', (file: string) => overwrite(file, 4096, '\u0001'.repeat(4096 * 8))],
  ['a text', (file: string) => writeFileSync(file, '{}'.repeat(500))],
] as const)('P16: a store with %s is refused with the way to recover', ([, damage]) => {
  const { folder, state, file } = openNew();
  state.close();
  damage(file);
  const damaged = readFileSync(file);
  expect(() => openSqliteState({ folder })).toThrow(
    /damaged; restore it .* from a backup, or move/,
  );
  expect(readFileSync(file).equals(damaged)).toBe(true);
});

test("another program's database, and one of a newer or older version, are left alone", () => {
  const { folder, state, file } = openNew();
  state.close();
  const db = new DatabaseSync(file);
  db.exec('PRAGMA user_version = 7');
  expect(() => openSqliteState({ folder })).toThrow(/newer toolwarden/);
  db.exec('PRAGMA user_version = 2');
  expect(() => openSqliteState({ folder })).toThrow(/an older toolwarden; export its audit/);
  db.exec('PRAGMA user_version = 5; PRAGMA application_id = 7');
  expect(() => openSqliteState({ folder })).toThrow(/not a state of toolwarden/);
  db.close();
});

test('P16: a store that may not be written is refused', () => {
  const { folder, state, file } = openNew();
  state.close();
  const isRoot = process.geteuid?.() === 0;
  const [nobody, mine] = [65534, process.geteuid?.() ?? 0];
  for (const path of [folder, file, join(folder, '..')])
    if (isRoot) chownSync(path, nobody, nobody);
  chmodSync(file, 0o400);
  chmodSync(folder, 0o500);
  if (isRoot) process.seteuid?.(nobody);
  try {
    expect(() => call(openSqliteState({ folder }))).toThrow(/may not be written|cannot be opened/);
  } finally {
    if (isRoot) process.seteuid?.(mine);
    chmodSync(folder, 0o700);
  }
});

test('P16: a store that another program keeps locked refuses after a while, and calls pass when it lets go', () => {
  const { state, file } = openNew();
  const other = new DatabaseSync(file);
  other.exec('BEGIN IMMEDIATE');
  whileGone(() => expect(() => call(state)).toThrow(/kept it locked for over 2 s/));
  other.exec('ROLLBACK');
  other.close();
  expect([call(state), call(state), call(state)]).toEqual(['allow', 'allow', 'deny']);
});

test('a folder that others may write to is refused', () => {
  const folder = join(temporaryFolder(), 's');
  mkdirSync(folder);
  chmodSync(folder, 0o777);
  expect(() => openSqliteState({ folder })).toThrow(/chmod 700/);
});

test('settings that are wrong stop the start, with the place', () => {
  const { folder, state } = openNew();
  state.close();
  const { settings } = stateFiles(folder);
  for (const [text, message] of [
    ['{', /settings.json: /],
    ['{"durabilty":"power"}', /"durabilty" is no setting/],
    ['{"durability":"disk"}', /durability: expected/],
    ['{"fields":["campaign"]}', /fields: expected/],
    ['{"mirror":7}', /mirror: expected a path/],
    ['[]', /expected an object/],
  ] as const) {
    writeFileSync(settings, text);
    expect(() => openSqliteState({ folder })).toThrow(message);
  }
});

test('P16, U1: with no room on the disk no call passes unrecorded, and calls pass again when there is room', async () => {
  const folder = join(temporaryFolder(), 's');
  // The size of files is limited as a full disk would: every write past it fails.
  const script = join(import.meta.dirname, '../testing/record-calls.ts');
  const child = spawn(
    'sh',
    ['-c', 'ulimit -S -f 2600; exec "$@"', 'sh', process.execPath, script, folder, 'c', '0'],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const ended = once(child, 'exit');
  const sent: string[] = [];
  let refused = 0;
  let [isHealed, sentBefore] = [false, 0];
  for await (const line of createInterface({ input: child.stdout })) {
    const [word, what = ''] = line.split(' ');
    if (word === 'refused') {
      expect(what).toBe('state-unavailable');
      if (refused === 0) sentBefore = sent.length;
      refused++;
      if (refused === 3) {
        spawnSync('prlimit', ['--pid', String(child.pid), '--fsize=unlimited']);
        isHealed = true;
      }
    } else {
      sent.push(what);
      if (isHealed && refused >= 3) child.kill('SIGTERM');
    }
  }
  expect(await ended).toEqual([0, null]);
  expect(refused).toBeGreaterThanOrEqual(3);
  expect(sentBefore).toBeGreaterThan(0);
  const db = new DatabaseSync(stateFiles(folder).database, { readOnly: true });
  const recorded = db
    .prepare("SELECT body ->> 'call' AS call FROM record WHERE body ->> 'kind' = 'decision'")
    .all();
  db.close();
  expect(recorded.map(({ call: id }) => id)).toEqual(expect.arrayContaining(sent));
  expect(verifyAudit({ source: { folder }, keys: new Map() }).problems).toEqual([]);
});

function overwrite(file: string, at: number, text: string): void {
  const open = openSync(file, 'r+');
  writeSync(open, text, at);
}
