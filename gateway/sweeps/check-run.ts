import { join } from 'node:path';
import { openAuditReader } from '../src/audit/audit-reader.ts';
import { publicKeys } from '../src/audit/state-keys.ts';
import { verifyAudit } from '../src/audit/verify-audit.ts';
import { stateFiles } from '../src/state/open-database.ts';
import { reachedIn, wrappedRun } from '../src/testing/wrapped-run.ts';

/** What one run left behind, checked against what the server itself saw. */
export type RunCheck = {
  /** Calls that reached the server. */
  reached: number;
  /** Of them, those over the limit, and those without a record of an allowing decision before them. */
  overLimit: number;
  unaudited: number;
  /** Invariants that the run broke, as every test of a fault has them checked. */
  broken: string[];
  /** Allowed calls without an outcome, once all gateways have ended. */
  unpaired: number;
  /** Allowed calls that never reached the server: capacity that a crash cost. */
  lost: number;
  /** Outcomes that a later start had to write. */
  recovered: number;
  auditProblems: number;
};

/** Checks a folder in which gateways ran and crashed. */
export function checkRun(folder: string, limit: number): RunCheck {
  const reached = readLog(folder);
  const records = readRecords(join(folder, 'state'));
  const decisions = records.filter(({ kind, effect }) => kind === 'decision' && effect === 'allow');
  const byCall = new Map(decisions.map((each) => [each.fields?.['args.n'], each]));
  const paired = new Set(records.filter(({ kind }) => kind === 'outcome').map(({ call }) => call));
  const isAudited = ({ n, at }: { n: string; at: number }) => (byCall.get(n)?.at ?? Infinity) <= at;
  const { keys, checkpoints } = stateFiles(join(folder, 'state'));
  const report = verifyAudit({
    source: { folder: join(folder, 'state') },
    checkpoints,
    keys: publicKeys(keys),
  });
  return {
    reached: reached.length,
    overLimit: Math.max(0, reached.length - limit),
    unaudited: reached.filter((call) => !isAudited(call)).length,
    broken: wrappedRun(folder).run.broken({ ceilings: { touch: limit }, clientLeft: true }),
    unpaired: decisions.filter(({ call }) => !paired.has(call)).length,
    lost: decisions.length - new Set(reached.map(({ n }) => n)).size,
    recovered: records.filter(({ recovered, kind }) => recovered && kind === 'outcome').length,
    auditProblems: report.problems.length,
  };
}

function readLog(folder: string): { n: string; at: number }[] {
  return reachedIn(folder).flatMap(({ at, happening }) =>
    happening.kind === 'server-got'
      ? [{ at, n: JSON.parse(happening.line).params.arguments.n }]
      : [],
  );
}

type Found = {
  kind: string;
  at: number;
  call?: string;
  effect?: string;
  recovered?: boolean;
  fields?: Record<string, string>;
};

function readRecords(folder: string): Found[] {
  const reader = openAuditReader(folder);
  const records = [...reader.from(0)].map(({ body }) => JSON.parse(body) as Found);
  reader.close();
  return records;
}
