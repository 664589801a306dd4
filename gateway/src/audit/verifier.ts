import { firstHash, linkHash, linkStart } from './chain.ts';
import type { Checkpoint } from './checkpoint.ts';
import { isSentOn } from './recover-chains.ts';

/** One thing that is wrong with an audit. */
export type AuditProblem = { chain?: string; seq?: number; where: string; what: string };

/** What is known of a chain before its first record is read: what was archived. */
export type ChainStart = { seq: number; hash: string };

/** A record as it was found. */
type FoundRecord = { name: string; seq: number; body: string; hash: string };

/** What a verification found. */
export type AuditReport = {
  records: number;
  chains: { name: string; from: number; to: number; hasEnded: boolean; openCalls: number }[];
  checkpoints: number;
  problems: AuditProblem[];
};

/** Checks records as they come, in memory that grows with the chains and not with the records. */
export type Verifier = {
  take(record: FoundRecord, where: string): void;
  /** Something that is no record stands where one should. */
  reject(where: string, what: string): void;
  finish(): AuditReport;
};

type Progress = {
  from: number;
  seq: number;
  hash: string;
  hasEnded: boolean;
  isBroken: boolean;
  open: Set<string>;
  checkpoints: Checkpoint[];
};

const MOST_PROBLEMS = 100;

/** A verifier that knows signed checkpoints, and where chains begin that are not whole any more. */
export function createVerifier(
  options: {
    checkpoints?: readonly Checkpoint[];
    starts?: ReadonlyMap<string, ChainStart>;
    /** Chains may begin anywhere: only a part is at hand. */
    isPartial?: boolean;
  } = {},
): Verifier {
  const { starts = new Map(), isPartial = false } = options;
  const promised = Map.groupBy(options.checkpoints ?? [], ({ chain }) => chain);
  const chains = new Map<string, Progress>();
  const problems: AuditProblem[] = [];
  let records = 0;
  const report = (problem: AuditProblem) => {
    if (problems.length < MOST_PROBLEMS) problems.push(problem);
  };
  const begin = (name: string, seq: number): Progress => {
    const { seq: archived, hash } = starts.get(name) ?? { seq: 0, hash: firstHash(name) };
    const isCut = isPartial && seq > archived + 1;
    const checkpoints = (promised.get(name) ?? []).toSorted((a, b) => a.count - b.count);
    return {
      ...{ from: seq, hasEnded: false, isBroken: false, open: new Set(), checkpoints },
      ...(isCut ? { seq: seq - 1, hash: '' } : { seq: archived, hash }),
    };
  };

  return {
    take(record, where) {
      records++;
      const { name, seq } = record;
      let chain = chains.get(name);
      if (chain === undefined) {
        chain = begin(name, seq);
        chains.set(name, chain);
      }
      if (chain.isBroken) return;
      const what = fault(record, chain);
      if (what === undefined) return;
      chain.isBroken = true;
      report({ chain: name, seq, where, what });
    },
    reject: (where, what) => report({ where, what }),
    finish() {
      for (const [name, list] of promised) {
        const most = Math.max(...list.map(({ count }) => count));
        const { seq, isBroken } = chains.get(name) ?? { ...starts.get(name), isBroken: false };
        if (isBroken || (seq ?? 0) >= most) continue;
        const what = `a signed checkpoint says that there were ${most} records, here are ${seq ?? 0}: the end was cut off`;
        report({ chain: name, seq: seq ?? 0, where: 'checkpoints', what });
      }
      return {
        records,
        chains: [...chains].map(([name, { from, seq, hasEnded, open }]) => ({
          ...{ name, from, to: seq, hasEnded, openCalls: open.size },
        })),
        checkpoints: options.checkpoints?.length ?? 0,
        problems,
      };
    },
  };
}

/** What is wrong with the next record of a chain; otherwise the chain goes on with it. */
function fault({ name, seq, body, hash }: FoundRecord, chain: Progress): string | undefined {
  if (seq !== chain.seq + 1) return `expected record ${chain.seq + 1} of its chain`;
  // Only a part that begins in the middle does not know what came before.
  const prev = chain.hash === '' ? prevOf(body) : chain.hash;
  if (!body.startsWith(linkStart(name, seq, prev)))
    return 'does not follow from the record before it';
  if (linkHash(body) !== hash) return 'its text is not what its hash was taken over';
  const signed = takeCheckpoints(chain, seq);
  if (signed.some(({ root }) => root !== hash)) return 'not what was signed in a checkpoint';
  chain.seq = seq;
  chain.hash = hash;
  return pairing(body, chain);
}

/** The checkpoints of a record; they are taken from a list sorted by their place, so that none is looked at twice. */
function takeCheckpoints(chain: Progress, seq: number): Checkpoint[] {
  const after = chain.checkpoints.findIndex(({ count }) => count > seq);
  const upTo = after === -1 ? chain.checkpoints.length : after;
  if (upTo === 0) return [];
  return chain.checkpoints.splice(0, upTo).filter(({ count }) => count === seq);
}

function prevOf(body: string): string {
  return /^\{"chain":"[^"]*","seq":\d+,"prev":"([0-9a-f]{64})",/.exec(body)?.[1] ?? '';
}

// Only decisions, outcomes and ends matter here; most of what reading ten million records costs is parsing them.
function pairing(body: string, chain: Progress): string | undefined {
  let record: { kind?: unknown; call?: unknown; effect?: unknown; observed?: unknown };
  try {
    record = JSON.parse(body);
  } catch {
    return 'not JSON';
  }
  const call = String(record.call);
  if (record.kind === 'ended') chain.hasEnded = true;
  if (record.kind === 'decision' && isSentOn(record)) chain.open.add(call);
  if (record.kind === 'outcome' && !chain.open.delete(call) && chain.from === 1) {
    return 'the outcome of a call that was never sent on';
  }
  return undefined;
}
