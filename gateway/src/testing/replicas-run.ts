import { brokenInvariants } from './invariants.ts';
import { sentCalls } from './start-replica.ts';
import { isOfCounters, recordedIn, type Timed, withoutCounters } from './wrapped-run.ts';

/** What replicas did together, by the record of each and the log of the server behind them all. */
type ReplicasRun = {
  folders: readonly string[];
  log: string;
  /** Calls of `touch` that may reach the server in the whole run. */
  limit: number;
  /** So many calls of one replica were under way at once. */
  atOnce: number;
  /** Redis forgot charges, as it may at a failover that nobody waited for. */
  isForgetful?: boolean;
};

/** Which invariants a run of replicas broke. Each keeps hashes of its own, and all calls have the same arguments. */
export function brokenByReplicas(run: ReplicasRun): string[] {
  const { folders, log, limit, atOnce, isForgetful } = run;
  const records = folders.map((folder) => recordedIn(folder).map(withPlainArguments));
  const line = JSON.stringify({ method: 'tools/call', params: { name: 'touch', arguments: {} } });
  const reached = sentCalls(log).map(
    ({ at }): Timed => ({ at, happening: { kind: 'server-got', line } }),
  );
  // What is recorded comes first where clocks cannot tell: they count milliseconds.
  const timed = [...records.flat().map(withoutCounters), ...reached].sort((a, b) => a.at - b.at);
  const happenings = timed.map(({ happening }) => happening);
  const most = isForgetful === true ? {} : { ceilings: { touch: limit } };
  return [
    ...brokenInvariants(happenings, most),
    ...(isForgetful === true ? [] : records.flatMap((own) => brokenByOne(own, atOnce))),
  ];
}

/**
 * Each process writes its own records about in the order in which Redis counted: of calls that were under way at once, one
 * that Redis had to be told its script for first may be written after one that was counted later.
 */
function brokenByOne(own: readonly Timed[], atOnce: number): string[] {
  const written = own.map(({ happening }) => happening).filter(isOfCounters);
  const counted = written.toSorted((one, other) => usedBy(one) - usedBy(other));
  const places = new Map(written.map((each, place) => [each, place]));
  const strayed = counted.filter(
    (each, place) => Math.abs((places.get(each) ?? 0) - place) >= atOnce,
  );
  return [
    ...brokenInvariants(counted),
    ...strayed.map((each) => `I3: a call that held ${usedBy(each)} was written out of its order`),
  ];
}

const usedBy = (happening: Timed['happening']) =>
  happening.kind === 'recorded' ? (happening.counters?.[0]?.used ?? 0) : 0;

function withPlainArguments({ at, happening }: Timed): Timed {
  return happening.kind === 'recorded'
    ? { at, happening: { ...happening, arguments: {} } }
    : { at, happening };
}
