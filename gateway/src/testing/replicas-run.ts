import { brokenInvariants } from './invariants.ts';
import { sentCalls } from './start-replica.ts';
import { isOfCounters, recordedIn, type Timed, withoutCounters } from './wrapped-run.ts';

/** What replicas did together, by the record of each and the log of the server behind them all. */
type ReplicasRun = {
  folders: readonly string[];
  log: string;
  /** Calls of `touch` that may reach the server in the whole run. */
  limit: number;
  /** Redis forgot charges, as it may at a failover that nobody waited for. */
  isForgetful?: boolean;
};

/** Which invariants a run of replicas broke. Each keeps hashes of its own, and all calls have the same arguments. */
export function brokenByReplicas({ folders, log, limit, isForgetful }: ReplicasRun): string[] {
  const records = folders.map((folder) => recordedIn(folder).map(withPlainArguments));
  const line = JSON.stringify({ method: 'tools/call', params: { name: 'touch', arguments: {} } });
  const reached = sentCalls(log).map(
    ({ at }): Timed => ({ at, happening: { kind: 'server-got', line } }),
  );
  // What is recorded comes first where clocks cannot tell: they count milliseconds.
  const timed = [...records.flat().map(withoutCounters), ...reached].sort((a, b) => a.at - b.at);
  const happenings = timed.map(({ happening }) => happening);
  const most = isForgetful === true ? {} : { ceilings: { touch: limit } };
  // Each process writes its own in the order in which it counted.
  const counted = isForgetful === true ? [] : records;
  return [
    ...brokenInvariants(happenings, most),
    ...counted.flatMap((own) =>
      brokenInvariants(own.map(({ happening }) => happening).filter(isOfCounters)),
    ),
  ];
}

function withPlainArguments({ at, happening }: Timed): Timed {
  return happening.kind === 'recorded'
    ? { at, happening: { ...happening, arguments: {} } }
    : { at, happening };
}
