import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished } from 'vitest';
import { openAuditReader } from '../audit/audit-reader.ts';
import { verifyAudit } from '../audit/verify-audit.ts';
import { stateFiles } from '../state/open-database.ts';
import { openSqliteState, type SqliteState } from '../state/sqlite-state.ts';
import type { Judge } from '../state/state.ts';
import { entry, START } from './judged-calls.ts';
import { temporaryFolder } from './temporary-folder.ts';

const HOUR = 3_600_000;
const MAX = 1e6;

/** A call that is charged one; what its counter held with it. */
export function charge(state: SqliteState, more = {}): number {
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

export const RECORD_CALLS = join(import.meta.dirname, 'record-calls.ts');

/** So many decisions are in the store itself, whatever the log holds. */
export function inStore(folder: string): number {
  const db = new DatabaseSync(stateFiles(folder).database, { readOnly: true });
  const row = db
    .prepare("SELECT count(*) AS n FROM record WHERE body ->> 'kind' = 'decision'")
    .get();
  db.close();
  return Number(row?.n);
}

/** So many decisions a reader finds. */
export function readable(folder: string): number {
  const reader = openAuditReader(folder);
  const bodies = [...reader.from(0)].map(({ body }) => JSON.parse(body) as { kind: string });
  reader.close();
  return bodies.filter(({ kind }) => kind === 'decision').length;
}

export const problemsOf = (folder: string) =>
  verifyAudit({ source: { folder }, keys: new Map() }).problems;

export function opened(folder = join(temporaryFolder(), 's')) {
  const state = openSqliteState({ folder, clock: () => START });
  onTestFinished(() => state.close());
  return { folder, state };
}

/** Calls until the state keeps the lock, so that the last of them are only in the log; so many were made. */
export function callsUntilHeld(folder: string, state: SqliteState): number {
  for (let round = 0; round < 1_000; round++) {
    let used = 0;
    for (let n = 0; n < 20; n++) used = charge(state);
    if (inStore(folder) < used) return used;
  }
  throw new Error('the lock was never kept');
}

/** The state folder as a process leaves it that dies now. */
export function crashed(folder: string): string {
  const copy = join(temporaryFolder(), 's');
  cpSync(folder, copy, { recursive: true });
  return copy;
}

/** Another process that records calls in a folder; what it said of each. */
export async function recordingProcess(folder: string, calls: number): Promise<string[]> {
  const child = spawn(process.execPath, [RECORD_CALLS, folder, 'other', '0', String(calls)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) lines.push(line);
  expect(await ended).toEqual([0, null]);
  return lines;
}
