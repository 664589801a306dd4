import {
  appendFileSync,
  copyFileSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { stateFiles } from '../state/open-database.ts';
import { openSqliteState, type SqliteStateOptions } from '../state/sqlite-state.ts';
import type { CallEntry, Judge } from '../state/state.ts';
import { checkedStates } from '../testing/checked-states.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { openAuditReader } from './audit-reader.ts';
import { auditTop } from './audit-top.ts';
import { exportStore, mergeFiles } from './export-records.ts';
import { tailRecords } from './latest-records.ts';
import { repairMirror } from './mirror.ts';
import { publicKeys } from './state-keys.ts';
import { verifyAudit } from './verify-audit.ts';

const START = 1_800_000_000_000;
// Half of these calls are let pass although they are observed only.
const checked = checkedStates({ isObserving: true });
const DAY = 86_400_000;

const allow: Judge = () => ({
  ...{ effect: 'allow', rules: ['/default'], reason: 'allowed', counters: [] },
  policyDigest: `sha256:${'0'.repeat(64)}`,
});

let made = 0;
function entryOf(more: Partial<CallEntry> = {}): CallEntry {
  return {
    ...{ callId: `call-${++made}`, method: 'tools/call', server: 's', tool: 't', grant: 'local' },
    ...{ at: START + made, arguments: {}, argumentsText: '{}', isObserved: false },
    ...more,
  };
}

/** A state folder in which so many calls were made. */
function folderWith(
  calls: number,
  more: Partial<SqliteStateOptions> & { entry?: Partial<CallEntry> } = {},
) {
  const { folder = join(temporaryFolder(), 's'), entry, ...options } = more;
  const state = checked(openSqliteState({ folder, clock: () => START, ...options }));
  for (let call = 0; call < calls; call++) {
    const one = entryOf(entry);
    state.record(one, allow);
    state.outcome(one.callId, { kind: 'answered', bytes: 10 });
  }
  state.close();
  return folder;
}

function linesOf(folder: string): string[] {
  const reader = openAuditReader(folder);
  const lines = [...exportStore(reader, {})];
  reader.close();
  return lines;
}

function verifyFolder(folder: string) {
  const { checkpoints, keys } = stateFiles(folder);
  return verifyAudit({ source: { folder }, checkpoints, keys: publicKeys(keys) });
}

/** The problems of an export, with the checkpoints of the folder it came from. */
function problemsOf(lines: string | string[], folder?: string) {
  const file = join(temporaryFolder(), 'audit.jsonl');
  writeFileSync(file, typeof lines === 'string' ? lines : `${lines.join('\n')}\n`);
  const { checkpoints, keys } = stateFiles(folder ?? '/nonexistent');
  return verifyAudit({ source: { files: [file] }, checkpoints, keys: publicKeys(keys) }).problems;
}

test('what was written verifies: in the store, and exported', () => {
  const folder = folderWith(20);
  folderWith(5, { folder });
  const report = verifyFolder(folder);
  expect(report).toMatchObject({ records: 54, checkpoints: 2, problems: [] });
  expect(report.chains).toMatchObject([
    { to: 42, hasEnded: true, openCalls: 0 },
    { to: 12, hasEnded: true, openCalls: 0 },
  ]);
  expect(problemsOf(linesOf(folder), folder)).toEqual([]);
});

test('U4: a change of any byte of an export of a thousand records is found', () => {
  const lines = linesOf(folderWith(500));
  expect(lines.length).toBeGreaterThan(1000);
  // A change to one line is found by that line and its neighbours alone, so the whole is read once, and the rest often.
  const around = (index: number) => lines.slice(0, index + 2).slice(-3);
  const index = 700;
  const [before, line, after] = around(index) as [string, string, string];
  const file = join(temporaryFolder(), 'part.jsonl');
  const isFound = (bytes: Buffer) => {
    writeFileSync(
      file,
      Buffer.concat([Buffer.from(`${before}\n`), bytes, Buffer.from(`${after}\n`)]),
    );
    return (
      verifyAudit({ source: { files: [file] }, keys: new Map(), isPartial: true }).problems.length >
      0
    );
  };
  const whole = Buffer.from(`${line}\n`);
  expect(isFound(whole)).toBe(false);
  for (let place = 0; place < whole.length; place++) {
    for (const flip of [1, 0x80]) {
      const bytes = Buffer.from(whole);
      bytes[place] = (bytes[place] as number) ^ flip;
      expect([place, flip, isFound(bytes)]).toEqual([place, flip, true]);
    }
  }
  for (const place of [0, 1, 400, 1001]) {
    const text = (lines[place] as string).replace('call', 'tall').replace('opened', 'opined');
    const changed = lines.with(place, text.replace('ended', 'undid'));
    expect(problemsOf(changed)[0]).toMatchObject({
      seq: place + 1,
      what: expect.stringMatching(/hash/),
    });
  }
});

test.for([
  ['a record deleted', (lines: string[]) => lines.toSpliced(500, 1), 502],
  ['the first deleted', (lines: string[]) => lines.slice(1), 2],
  ['a record twice', (lines: string[]) => lines.toSpliced(500, 0, lines[500] as string), 501],
  [
    'two swapped',
    (lines: string[]) => lines.with(500, lines[501] as string).with(501, lines[500] as string),
    502,
  ],
  ['the end cut off', (lines: string[]) => lines.slice(0, 990), 990],
  ['an old copy', (lines: string[]) => lines.slice(0, 10), 10],
  ['all gone', () => [], undefined],
] as const)('U4: %s is found, and the first bad record is named', ([, tamper, seq]) => {
  const folder = folderWith(500);
  const [first] = problemsOf(tamper(linesOf(folder)), folder);
  expect(first).toBeDefined();
  if (seq !== undefined) expect(first?.seq).toBe(seq);
});

test('U4: a chain made anew as a whole is found by its signed checkpoint, and not without', async () => {
  const folder = folderWith(600);
  const lines = linesOf(folder);
  const { firstHash, linkHash, linkStart, readExportLine, exportLine } = await import('./chain.ts');
  let prev = '';
  const forged = lines.map((line, index) => {
    const { name, body } = readExportLine(line) as { name: string; body: string };
    if (index === 0) prev = firstHash(name);
    const text = body.replace(/^.*?"prev":"[0-9a-f]*",/, linkStart(name, index + 1, prev));
    const changed = text.replace('"tool":"t"', '"tool":"u"');
    prev = linkHash(changed);
    return exportLine(changed, prev);
  });
  expect(problemsOf(forged)).toEqual([]);
  expect(problemsOf(forged, folder)[0]?.what).toMatch(/signed in a checkpoint/);
});

test('a forged checkpoint, or one of an unknown key, is told', () => {
  const folder = folderWith(3);
  const { checkpoints, keys } = stateFiles(folder);
  const [line = ''] = readFileSync(checkpoints, 'utf8').split('\n');
  appendFileSync(checkpoints, `${line.replace('"count":8', '"count":7')}\n`);
  appendFileSync(checkpoints, `${line.replace(/"key":"\w{4}/, '"key":"0000')}\nhalf a li`);
  const found = verifyFolder(folder).problems.map(({ what }) => what);
  expect(found).toEqual([
    expect.stringMatching(/signature is wrong/),
    expect.stringMatching(/not known here/),
    'no checkpoint',
  ]);
  expect(publicKeys(keys).size).toBe(1);
});

test('U5, U6: text of clients and servers stays in its line, and secrets stay out', () => {
  const secret = 'canary-4b1d';
  const text = 'a\nb\u001b[2J\u2028c\u0085{"kind":"decision"}\u202e';
  const folder = folderWith(1, {
    fields: ['args.campaign.id'],
    entry: {
      ...{ tool: text, server: text.repeat(100), method: text },
      arguments: { token: secret, campaign: { id: 7, key: secret } },
      argumentsText: JSON.stringify({ token: secret, campaign: { id: 7, key: secret } }),
    },
  });
  const all = `${linesOf(folder).join('\n')}\n`;
  // Any line end that some reader knows, controls, and what turns a line around for those who look at it raw.
  expect(all.split(/[\n\r\u0085\u2028\u2029\v\f]/)).toHaveLength(5);
  expect(all).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  expect(all).not.toContain(secret);
  expect(all).toContain('"fields":{"args.campaign.id":7}');
  expect(readFileSync(stateFiles(folder).database, 'latin1')).not.toContain(secret);
  expect(problemsOf(all, folder)).toEqual([]);
});

test('U3: a mirror that is torn or behind is mended at the next start, and nothing before the tear changes', () => {
  const mirror = join(temporaryFolder(), 'mirror');
  const folder = folderWith(5, { mirror });
  const [{ name = '' } = {}] = verifyFolder(folder).chains;
  const path = join(mirror, `${name}.jsonl`);
  const whole = readFileSync(path);
  expect(problemsOf(whole.toString(), folder)).toEqual([]);
  const lines = whole.toString().split('\n');
  const start = whole.length - lines.slice(-4).join('\n').length;
  const base = temporaryFolder();
  const { database } = stateFiles(folder);
  // As a crash leaves it: the store has the chain without its end, the mirror is behind or torn.
  const db = new DatabaseSync(database);
  db.exec('DELETE FROM record WHERE seq = 12; UPDATE chain SET has_ended = 0');
  db.exec('PRAGMA journal_mode = DELETE');
  db.close();
  copyFileSync(database, join(base, 'db'));
  const beforeEnd = whole.length - (lines.at(-2)?.length ?? 0) - 1;
  for (let cut = start; cut <= beforeEnd; cut += 41) {
    copyFileSync(join(base, 'db'), database);
    writeFileSync(path, whole);
    truncateSync(path, cut);
    openSqliteState({ folder, mirror, clock: () => START }).close();
    const mended = readFileSync(path);
    expect(problemsOf(mended.toString())).toEqual([]);
    const kept = whole.lastIndexOf(0x0a, cut - 1) + 1;
    expect(mended.subarray(0, kept).equals(whole.subarray(0, kept))).toBe(true);
    expect(mended.toString().includes('mirror-repaired')).toBe(cut > kept);
    expect(mended.toString()).toContain('"kind":"ended"');
  }
});

test('U3: a mirror torn at any byte of its last three records is cut to its last whole one', () => {
  const mirror = join(temporaryFolder(), 'mirror');
  const folder = folderWith(3, { mirror });
  const [{ name = '' } = {}] = verifyFolder(folder).chains;
  const path = join(mirror, `${name}.jsonl`);
  const whole = readFileSync(path);
  const start = whole.length - whole.toString().split('\n').slice(-4).join('\n').length;
  for (let cut = start; cut < whole.length; cut++) {
    writeFileSync(path, whole.subarray(0, cut));
    const kept = whole.subarray(0, whole.lastIndexOf(0x0a, cut - 1) + 1);
    const lastSeq = kept.toString().split('\n').length - 1;
    expect(repairMirror(path)).toEqual({ lastSeq, cutBytes: cut - kept.length });
    expect(readFileSync(path).equals(kept)).toBe(true);
  }
});

test('archived records verify with what is left, and their place is not taken for a gap', () => {
  const folder = folderWith(50);
  folderWith(10, { folder, clock: () => START + 2 * DAY, entry: { at: START + 2 * DAY } });
  const before = linesOf(folder);
  const archive = join(temporaryFolder(), 'old.jsonl');
  const operator = checked(openSqliteState({ folder, clock: () => START + 3 * DAY }));
  expect(operator.archive(START + DAY, archive)).toMatchObject([{ from: 1, to: 102 }]);
  expect(() => operator.archive(START + DAY, archive)).toThrow(/does not exist/);
  operator.close();
  expect(verifyFolder(folder).problems).toEqual([]);
  const both = [...readFileSync(archive, 'utf8').trimEnd().split('\n'), ...linesOf(folder)];
  expect(both.slice(0, before.length)).toEqual(before);
  expect(problemsOf(both, folder)).toEqual([]);
});

test('U7: chains of several stores are joined by time and verified together', () => {
  const files = [0, 1, 2].map((store) => {
    const folder = folderWith(5, { entry: { at: START - store } });
    const file = join(temporaryFolder(), `${store}.jsonl`);
    writeFileSync(file, `${linesOf(folder).join('\n')}\n`);
    return file;
  });
  const merged = [...mergeFiles(files)];
  const chains = merged.map((line) => JSON.parse(line).chain);
  expect(new Set(chains).size).toBe(3);
  expect(problemsOf(merged)).toEqual([]);
});

test('U8: a clock that goes back leaves a chain whole', () => {
  let now = START;
  const folder = folderWith(20, { clock: () => (now -= 5000) });
  expect(verifyFolder(folder).problems).toEqual([]);
});

test('U10: after new keys the old checkpoints still verify, and hashes tell by which key they are', () => {
  const folder = folderWith(3);
  const operator = checked(openSqliteState({ folder, clock: () => START }));
  const { argumentKey } = operator.rotateKeys();
  operator.close();
  folderWith(3, { folder });
  expect(verifyFolder(folder)).toMatchObject({ problems: [], checkpoints: 3 });
  const opened = linesOf(folder)
    .map((line) => JSON.parse(line))
    .filter(({ kind }) => kind === 'opened');
  expect(opened.map((each) => each.argumentKey === argumentKey)).toEqual([false, true, true]);
});

test('a checkpoint comes every thousand records, and at the end', async () => {
  const folder = join(temporaryFolder(), 's');
  const state = checked(openSqliteState({ folder, clock: () => START }));
  for (let call = 0; call < 2400; call++) {
    state.record(entryOf({ isObserved: true }), allow);
    await new Promise((resolve) => setImmediate(resolve));
  }
  state.close();
  const counts = readFileSync(stateFiles(folder).checkpoints, 'utf8').trim().split('\n');
  expect(counts.map((line) => JSON.parse(line).count)).toEqual([1000, 2000, 2401]);
});

test('tail gives the latest of all chains and then what is new; top counts', () => {
  const folder = folderWith(3, { entry: { tool: 'a' } });
  folderWith(2, { folder, entry: { tool: 'b' } });
  const reader = openAuditReader(folder);
  const tail = tailRecords(reader, 4);
  expect(tail.next()).toHaveLength(4);
  expect(tail.next()).toEqual([]);
  folderWith(1, { folder, entry: { tool: 'b' } });
  expect(tail.next()).toHaveLength(4);
  expect(auditTop(reader, 'tool', 0)).toEqual([
    { name: 's a', allow: 3, approve: 0, deny: 0, total: 3 },
    { name: 's b', allow: 3, approve: 0, deny: 0, total: 3 },
  ]);
  reader.close();
});

test('U10: keys that are lost or rotated and a store put back from a backup are told from tampering', () => {
  const folder = folderWith(3);
  const { database, keys, checkpoints } = stateFiles(folder);
  const kept = publicKeys(keys);
  const backup = join(temporaryFolder(), 'db');
  copyFileSync(database, backup);
  // Both keys are lost: new ones are made, and what the old one signed verifies by its public half.
  for (const name of ['arguments.key', 'checkpoint.key']) rmSync(join(keys, name));
  folderWith(3, { folder });
  const unknown = verifyFolder(folder).problems;
  expect(unknown.map(({ what }) => what)).toEqual([expect.stringMatching(/not known here/)]);
  const all = new Map([...kept, ...publicKeys(keys)]);
  const source = { folder };
  expect(verifyAudit({ source, checkpoints, keys: all }).problems).toEqual([]);
  // The store goes back to before that: the checkpoints say what is missing.
  copyFileSync(backup, database);
  for (const more of ['-wal', '-shm']) rmSync(`${database}${more}`, { force: true });
  expect(verifyAudit({ source, checkpoints, keys: all }).problems).toMatchObject([
    { what: expect.stringMatching(/the end was cut off/) },
  ]);
  folderWith(2, { folder });
  expect(verifyAudit({ source, checkpoints, keys: all }).problems).toHaveLength(1);
});
