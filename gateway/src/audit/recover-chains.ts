import { type InstanceLock, takeInstanceLock } from '../state/instance-lock.ts';
import type { ChainRow, RecordTable } from '../state/record-table.ts';
import type { Store } from '../state/store.ts';
import { firstHash } from './chain.ts';
import { appendRecords, type ChainState, type Draft } from './chain-writer.ts';
import { appendToMirror, mirrorPath, repairMirror } from './mirror.ts';

/**
 * Ends the chains of processes that died: each call that was sent on and has no outcome gets one that says so, and a
 * torn mirror is mended. Chains of processes that live are left alone.
 */
export function recoverChains(
  store: Store,
  places: { instances: string; mirror: string | undefined },
  at: number,
): void {
  for (const row of store.read(({ records }) => records.openChains())) {
    const lock = takeInstanceLock(places.instances, row.name);
    if (lock !== undefined) recoverChain(store, row, lock, places.mirror, at);
  }
}

function recoverChain(
  store: Store,
  { number, name }: ChainRow,
  lock: InstanceLock,
  mirror: string | undefined,
  at: number,
): void {
  try {
    const path = mirror === undefined ? undefined : mirrorPath(mirror, name);
    const repaired = path === undefined ? undefined : repairMirror(path);
    store.transact(({ records }) => {
      // Another process may have done it while this one waited.
      if (!records.openChains().some((each) => each.number === number)) return;
      const state = lastState(records, number, name);
      const cut = repaired?.cutBytes ?? 0;
      const drafts: Draft[] = [...state.open.keys()].map((call) => unknownOutcome(call, at));
      if (cut > 0) drafts.push({ record: { kind: 'mirror-repaired', at, cutBytes: cut }, at });
      drafts.push({ record: { kind: 'ended', at, recovered: true }, at });
      appendRecords(records, state, drafts);
      records.endChain(number);
    });
    if (path === undefined || repaired === undefined) return;
    store.read(({ records }) => appendToMirror(path, records.from(number, repaired.lastSeq + 1)));
  } finally {
    lock.release();
  }
}

function unknownOutcome(call: string, at: number): Draft {
  const reason = 'recovered: the gateway ended before the outcome was known; the call may have run';
  const record = { kind: 'outcome', at, call, outcome: 'unknown', reason, recovered: true };
  return { record, at, ends: call };
}

/** Where a chain stands by what it holds. */
export function lastState(records: RecordTable, number: number, name: string): ChainState {
  const last = records.last(number);
  if (last === undefined) {
    return { number, head: { name, seq: 0, hash: firstHash(name) }, open: new Map() };
  }
  const open = new Map<string, number>();
  for (const { seq, body } of records.from(number, last.openFrom)) {
    const record = JSON.parse(body) as Record<string, unknown>;
    if (record.kind === 'decision' && isSentOn(record)) open.set(String(record.call), seq);
    if (record.kind === 'outcome') open.delete(String(record.call));
  }
  return { number, head: { name, seq: last.seq, hash: last.hash }, open };
}

/** Whether a decision's call was sent on, so that an outcome belongs to it. */
export function isSentOn({ effect, observed }: { effect?: unknown; observed?: unknown }): boolean {
  return effect === 'allow' || observed === true;
}
