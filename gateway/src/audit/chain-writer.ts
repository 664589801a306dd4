import type { RecordTable } from '../state/record-table.ts';
import { type ChainHead, nextLink } from './chain.ts';

/** A record that is to be written. */
export type Draft = {
  record: object;
  at: number;
  /** The call that a decision is about. */
  decides?: string;
  /** Whether an outcome of that call is to follow. */
  isOpen?: boolean;
  /** The call that this ends. */
  ends?: string;
};

/** Where a chain and its open calls stand; replaced as a whole when what was written is there to stay. */
export type ChainState = {
  head: ChainHead;
  number: number;
  /** Calls that were sent on and have no outcome yet, with the number of their decision; oldest first. */
  open: Map<string, number>;
};

/** Writes records to the end of a chain, inside a transaction, and tells where it then stands. */
export function appendRecords(
  table: RecordTable,
  state: ChainState,
  drafts: readonly Draft[],
): ChainState {
  let { head } = state;
  // Copied, so that a transaction that fails changes nothing; calls in flight are few.
  const open = new Map(state.open);
  for (const { record, at, decides, isOpen, ends } of drafts) {
    const link = nextLink(head, record);
    if (decides !== undefined && isOpen) open.set(decides, link.seq);
    if (ends !== undefined) open.delete(ends);
    const [openFrom = link.seq + 1] = open.values();
    table.append(state.number, link, { at, call: decides ?? null, openFrom });
    head = { ...head, seq: link.seq, hash: link.hash };
  }
  return { ...state, head, open };
}
