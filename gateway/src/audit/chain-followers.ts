import { appendFileSync } from 'node:fs';
import type { RecordTable } from '../state/record-table.ts';
import type { ChainHead } from './chain.ts';
import { type CheckpointSigner, openCheckpointSigner } from './checkpoint.ts';
import { appendToMirror, mirrorPath } from './mirror.ts';

/** So many records, or so long, and no checkpoint, is the most that can be cut from the end unnoticed. */
const CHECKPOINT_RECORDS = 1000;
const CHECKPOINT_MS = 60_000;

/** What is made from a chain behind the calls' backs: signed checkpoints, and the mirror. */
export type ChainFollowers = {
  /** Does what is due; `isLast` at the end, where all is. Throws where a file cannot be written, and may be asked again. */
  follow(records: RecordTable, chain: { number: number; head: ChainHead }, isLast: boolean): void;
  /** Whether it failed for this cause the last time too. */
  hasFailed(error: unknown): boolean;
};

/** The followers of one process's chain. */
export function createFollowers(
  places: { keys: string; checkpoints: string; mirror: string | undefined },
  clock: () => number,
): ChainFollowers {
  let signer: CheckpointSigner | undefined;
  let signed = { seq: 0, at: clock() };
  let mirrored = 0;
  const isDue = ({ seq }: ChainHead) =>
    seq - signed.seq >= CHECKPOINT_RECORDS ||
    (seq > signed.seq && Math.abs(clock() - signed.at) >= CHECKPOINT_MS);
  let failure = '';
  return {
    hasFailed(error) {
      const { message } = error as Error;
      const isKnown = failure === message;
      failure = message;
      return isKnown;
    },
    follow(records, { number, head }, isLast) {
      if (places.mirror !== undefined && mirrored < head.seq) {
        appendToMirror(mirrorPath(places.mirror, head.name), records.from(number, mirrored + 1));
        mirrored = head.seq;
      }
      if (!isDue(head) && !(isLast && head.seq > signed.seq)) return;
      const at = clock();
      signer ??= openCheckpointSigner(places.keys);
      const line = signer.sign({ chain: head.name, count: head.seq, root: head.hash, at });
      // One write a line, so that processes that share the file do not mix their lines.
      appendFileSync(places.checkpoints, `${line}\n`, { mode: 0o600 });
      signed = { seq: head.seq, at };
      failure = '';
    },
  };
}
