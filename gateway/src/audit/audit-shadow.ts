import type { Beside } from '../policy/shadow.ts';
import type { AuditReader } from './audit-reader.ts';

/** One way in which calls would be decided otherwise. */
type ShadowChange = {
  server: string;
  tool: string;
  /** By the policy in force, and by the staged one. */
  effect: string;
  shadow: string;
  rules: string[];
  shadowRules: string[];
  count: number;
  /** The latest such call. */
  lastAt: number;
};

/** What one version of a staged policy would change. */
export type ShadowReport = {
  policy: string;
  judged: number;
  changed: number;
  lastAt: number;
  /** The most frequent first. */
  changes: ShadowChange[];
};

type DecisionFields = {
  kind?: string;
  server?: string;
  tool?: string;
  effect?: string;
  rules?: string[];
  shadow?: Beside;
};

// Whoever makes names up must not make this grow without end.
const MOST_CHANGES = 10_000;
const OTHERS = '(others)';

/** Counts what staged policies would have decided otherwise since a time, the version that judged last first. */
export function auditShadow(reader: AuditReader, since: number): ShadowReport[] {
  const reports = new Map<string, ShadowReport & { byKey: Map<string, ShadowChange> }>();
  for (const { at, body } of reader.from(0)) {
    // Parsing costs more than all else here; a text that only looks like it is told by its fields.
    if (at < since || !body.includes('"shadow":{')) continue;
    const record = JSON.parse(body) as DecisionFields;
    const { kind, shadow, effect = '' } = record;
    if (kind !== 'decision' || shadow === undefined) continue;
    const report = reports.get(shadow.policy) ?? {
      ...{ policy: shadow.policy, judged: 0, changed: 0, lastAt: at },
      ...{ changes: [], byKey: new Map<string, ShadowChange>() },
    };
    reports.set(shadow.policy, report);
    report.judged++;
    report.lastAt = Math.max(report.lastAt, at);
    if (effect === shadow.effect) continue;
    report.changed++;
    count(report.byKey, record, shadow, at);
  }
  return [...reports.values()]
    .sort((a, b) => b.lastAt - a.lastAt)
    .map(({ byKey, ...report }) => ({
      ...report,
      changes: [...byKey.values()].sort((a, b) => b.count - a.count || (a.tool < b.tool ? -1 : 1)),
    }));
}

function count(
  byKey: Map<string, ShadowChange>,
  { server = '', tool = '', effect = '', rules = [] }: DecisionFields,
  shadow: Beside,
  at: number,
): void {
  const isOther = byKey.size >= MOST_CHANGES;
  const name = isOther ? OTHERS : tool;
  const shadowRules = isOther ? [] : [...shadow.rules];
  const shown = isOther ? [] : rules;
  const key = JSON.stringify([server, name, effect, shadow.effect, shown, shadowRules]);
  const change = byKey.get(key) ?? {
    ...{ server, tool: name, effect, shadow: shadow.effect, rules: shown, shadowRules },
    ...{ count: 0, lastAt: at },
  };
  byKey.set(key, change);
  change.count++;
  change.lastAt = Math.max(change.lastAt, at);
}
