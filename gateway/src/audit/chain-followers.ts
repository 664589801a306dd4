import type { StoredRecord } from '../state/record-table.ts';
import type { Store } from '../state/store.ts';
import { appendWhole } from './append-whole.ts';
import type { ChainState } from './chain-writer.ts';
import { type CheckpointSigner, openCheckpointSigner } from './checkpoint.ts';
import { appendToMirror, mirrorPath } from './mirror.ts';

/** So many records, or so long, and no checkpoint, is the most that can be cut from the end unnoticed. */
const CHECKPOINT_RECORDS = 1000;
const CHECKPOINT_MS = 60_000;
const MIRROR_MS = 200;

/** What is made from a chain behind the calls' backs: signed checkpoints, and the mirror. */
export type ChainFollowers = {
  /** To be told of each commit. */
  onCommit(): void;
  /** Signs where the chain stands, at once. */
  checkpoint(): void;
  /** Does what is left to do. */
  close(): void;
};

/** The followers of one process's chain; `onFailure` hears once of each cause for which a file cannot be written. */
export function createFollowers(
  places: { keys: string; checkpoints: string; mirror: string | undefined },
  {
    store,
    chain,
    clock,
    makeRoom,
    onFailure,
  }: {
    store: Store;
    chain: () => ChainState;
    clock: () => number;
    /** Gives room on a full disk; false where there is none to give. */
    makeRoom: () => boolean;
    onFailure: (reason: string) => void;
  },
): ChainFollowers {
  let signer: CheckpointSigner | undefined;
  let signed = 0;
  let tried = 0;
  // The id from which on the chain's records are not in the mirror.
  let unmirrored = 0;
  let failure = '';
  const timers: { checkpoint?: NodeJS.Timeout; mirror?: NodeJS.Timeout } = {};

  const guarded = (work: () => void) => {
    try {
      work();
      failure = '';
    } catch (error) {
      // The record itself stands. That nothing follows it is told once, not at each try.
      const { message } = error as Error;
      if (failure !== message) onFailure(message);
      failure = message;
    }
  };
  const checkpoint = () => {
    clearTimeout(timers.checkpoint);
    delete timers.checkpoint;
    const { name, seq, hash } = chain().head;
    if (seq === signed) return;
    tried = seq;
    guarded(() => {
      // What is signed must be found: a log is lost more easily than a store.
      if (store.isHolding) store.transact(() => undefined);
      signer ??= openCheckpointSigner(places.keys);
      const line = signer.sign({ chain: name, count: seq, root: hash, at: clock() });
      // One write a line, so that processes that share the file do not mix their lines.
      const append = () => appendWhole(places.checkpoints, `${line}\n`);
      try {
        append();
      } catch (error) {
        if (!isNoRoom(error) || !makeRoom()) throw error;
        append();
      }
      signed = seq;
    });
    if (signed !== seq) timers.checkpoint = setTimeout(checkpoint, CHECKPOINT_MS).unref();
  };
  const mirror = () => {
    clearTimeout(timers.mirror);
    delete timers.mirror;
    const { number, head, lastId } = chain();
    const folder = places.mirror;
    if (folder === undefined || unmirrored > lastId) return;
    guarded(() => {
      // It reads the store, which must hold all by then.
      if (store.isHolding) store.transact(() => undefined);
      store.read(({ records }) => {
        const path = mirrorPath(folder, head.name);
        appendToMirror(path, ours(records.from(unmirrored), number));
        unmirrored = lastId + 1;
      });
    });
  };
  return {
    onCommit() {
      timers.checkpoint ??= setTimeout(checkpoint, CHECKPOINT_MS).unref();
      if (chain().head.seq - Math.max(signed, tried) >= CHECKPOINT_RECORDS) {
        tried = chain().head.seq;
        setImmediate(checkpoint);
      }
      if (places.mirror !== undefined) timers.mirror ??= setTimeout(mirror, MIRROR_MS).unref();
    },
    checkpoint,
    close() {
      mirror();
      checkpoint();
      clearTimeout(timers.checkpoint);
      clearTimeout(timers.mirror);
    },
  };
}

function isNoRoom(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '');
}

function* ours(records: Iterable<StoredRecord>, chain: number): Generator<StoredRecord> {
  for (const record of records) if (record.chain === chain) yield record;
}
