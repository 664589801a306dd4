import type { Ledger } from '../state/ledger.ts';
import type { ChargedCall, GivenBack } from '../state/window-counters.ts';
import { type ChainHead, nextLink } from './chain.ts';

/** A record that is to be written. */
export type Draft = {
  /** An object, or the JSON of one. */
  record: object | string;
  at: number;
  /** The call that a decision is about, if an outcome of it is to follow. */
  opens?: string | undefined;
  /** The call that this ends. */
  ends?: string;
  /** What the record says that it charges, or gives back. */
  charge?: ChargedCall | GivenBack | undefined;
};

/** Where a chain and its open calls stand. */
export type ChainState = {
  head: ChainHead;
  number: number;
  /** The store's number of its last record. */
  lastId: number;
  /** Calls that were sent on and have no outcome yet, with the id of their decision; oldest first. */
  open: Map<string, number>;
  /** What becomes of them once that which was written is there to stay: the id, or none where a call ended. */
  changes: readonly (readonly [call: string, id: number | undefined])[];
};

/** Writes records to the end of a chain, inside a transaction, and tells where it then stands if that succeeds. */
export function appendRecords(
  ledger: Ledger,
  state: ChainState,
  drafts: readonly Draft[],
): ChainState {
  let { head, lastId } = state;
  const changes = [...state.changes];
  // A call that ends in this very transaction may still count as open: a recovery then reads more than it must.
  const [openFrom = changes.find(([, id]) => id !== undefined)?.[1]] = state.open.values();
  for (const { record, at, opens, ends, charge } of drafts) {
    const link = nextLink(head, record);
    lastId = ledger.append({ chain: state.number, link, at, openFrom }, charge);
    if (opens !== undefined) changes.push([opens, lastId]);
    if (ends !== undefined) changes.push([ends, undefined]);
    head = { name: head.name, seq: link.seq, hash: link.hash };
  }
  return { head, number: state.number, lastId, open: state.open, changes };
}

/** Writes one record in a transaction of its own; `undefined` where another process has written in between. */
export function appendAlone(
  ledger: Ledger,
  { head, number, open }: ChainState,
  { record, at, opens, charge }: Draft,
): ChainState | undefined {
  const link = nextLink(head, record);
  const [openFrom] = open.values();
  const lastId = ledger.appendNext({ chain: number, link, at, openFrom }, charge);
  if (lastId === undefined) return undefined;
  if (opens !== undefined) open.set(opens, lastId);
  return {
    head: { name: head.name, seq: link.seq, hash: link.hash },
    number,
    lastId,
    open,
    changes: NONE,
  };
}

/** Where a chain stands after its transaction succeeded. */
export function settled({ head, number, lastId, open, changes }: ChainState): ChainState {
  for (const [call, id] of changes) {
    if (id === undefined) open.delete(call);
    else open.set(call, id);
  }
  return { head, number, lastId, open, changes: NONE };
}

const NONE: ChainState['changes'] = [];
