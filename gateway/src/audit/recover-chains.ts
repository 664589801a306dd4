import { type InstanceLock, takeInstanceLock } from '../state/instance-lock.ts';
import type { ChainRow, RecordTable, StoredRecord } from '../state/record-table.ts';
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
    store.transact(({ records, ledger }) => {
      // Another process may have done it while this one waited.
      if (!records.openChains().some((each) => each.number === number)) return;
      const state = lastState(records, number, name);
      const cut = repaired?.cutBytes ?? 0;
      const drafts: Draft[] = [...state.open.keys()].map((call) => unknownOutcome(call, at));
      if (cut > 0) drafts.push({ record: { kind: 'mirror-repaired', at, cutBytes: cut }, at });
      drafts.push({ record: { kind: 'ended', at, recovered: true }, at });
      appendRecords(ledger, state, drafts);
      records.endChain(number);
    });
    if (path === undefined || repaired === undefined) return;
    store.read(({ records }) => appendToMirror(path, missing(records, number, repaired.lastSeq)));
  } finally {
    lock.release();
  }
}

function unknownOutcome(call: string, at: number): Draft {
  const reason = 'recovered: the gateway ended before the outcome was known; the call may have run';
  const record = { kind: 'outcome', at, call, outcome: 'unknown', reason, recovered: true };
  return { record, at, ends: call };
}

/** The records of a chain that its mirror does not have. */
function* missing(records: RecordTable, chain: number, lastSeq: number): Generator<StoredRecord> {
  for (const record of records.from(0)) {
    if (record.chain === chain && record.seq > lastSeq) yield record;
  }
}

/** Where a chain stands by what it holds. */
export function lastState(records: RecordTable, number: number, name: string): ChainState {
  const last = records.last(number);
  const open = new Map<string, number>();
  if (last === undefined) {
    const head = { name, seq: 0, hash: firstHash(name) };
    return { head, number, lastId: 0, open, changes: [] };
  }
  for (const { id, chain, body } of records.from(last.openFrom)) {
    if (chain !== number) continue;
    const record = JSON.parse(body) as Record<string, unknown>;
    if (record.kind === 'decision' && isSentOn(record)) open.set(String(record.call), id);
    if (record.kind === 'outcome') open.delete(String(record.call));
  }
  const head = { name, seq: last.seq, hash: last.hash };
  return { head, number, lastId: last.id, open, changes: [] };
}

/** Whether a decision's call was sent on, so that an outcome belongs to it. */
export function isSentOn({ effect, observed }: { effect?: unknown; observed?: unknown }): boolean {
  return effect === 'allow' || observed === true;
}
