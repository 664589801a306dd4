import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { GatewayError } from '../gateway-error.ts';
import { type LoggedRecord, readCallLog } from '../state/call-log.ts';
import { heldIn } from '../state/held-table.ts';
import { stateFiles } from '../state/open-database.ts';
import { type ChainRow, openRecordTable, type StoredRecord } from '../state/record-table.ts';
import { storeFault } from '../state/store-fault.ts';

/** The audit of a state folder, only for reading: whoever writes is not disturbed. */
export type AuditReader = {
  chains(): ChainRow[];
  /** The records of all chains from an id on, in the order in which they were written. */
  from(id: number): Iterable<StoredRecord>;
  /** The id of the last record, 0 where there is none. */
  lastId(): number;
  close(): void;
};

/** Opens the audit of a state folder. */
export function openAuditReader(folder: string): AuditReader {
  const { database, calls } = stateFiles(folder);
  if (!existsSync(database)) {
    throw new GatewayError(
      'state-unavailable',
      `${database}: no state there; name its folder with --state`,
    );
  }
  try {
    const db = new DatabaseSync(database, { readOnly: true, timeout: 2000 });
    const { chains, from, lastId } = openRecordTable(db);
    /** What only the call log holds by now, or held a moment ago. */
    const logged = () => {
      const held = heldIn(db);
      return held === undefined ? [] : readCallLog(calls, held);
    };
    return {
      chains,
      *from(id) {
        // Read first: what comes into the store meanwhile is then met twice, and not missed.
        const late = logged();
        let last = id - 1;
        for (const record of from(id)) {
          last = record.id;
          yield record;
        }
        for (const one of late) if (one.id > last) yield stored(one);
      },
      lastId: () => logged().at(-1)?.id ?? lastId(),
      close: () => db.close(),
    };
  } catch (error) {
    throw storeFault(error, database);
  }
}

function stored({ id, record: { chain, link, at, openFrom = id } }: LoggedRecord): StoredRecord {
  return { ...link, id, chain, at, openFrom };
}
