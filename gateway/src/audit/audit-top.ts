import type { AuditReader } from './audit-reader.ts';

/** By what decisions are counted. */
export const topKeys = ['tool', 'server', 'grant', 'rule', 'reason'] as const;
export type TopKey = (typeof topKeys)[number];

/** How often something was decided on, and how. */
export type TopRow = { name: string; allow: number; approve: number; deny: number; total: number };

type DecisionFields = { kind?: string; effect?: string; rules?: string[] } & Record<
  string,
  unknown
>;

// Whoever makes names up must not make this grow without end.
const MOST_NAMES = 10_000;
const OTHERS = '(others)';

/** Counts decisions since a time, the most frequent first. */
export function auditTop(reader: AuditReader, by: TopKey, since: number): TopRow[] {
  const rows = new Map<string, TopRow>();
  for (const { at, body } of reader.from(0)) {
    // Parsing costs more than all else here; a text that only looks like a decision is told by its kind.
    if (at < since || !body.includes('"kind":"decision"')) continue;
    const record = JSON.parse(body) as DecisionFields;
    if (record.kind !== 'decision') continue;
    for (const name of namesOf(record, by)) count(rows, name, record.effect);
  }
  return [...rows.values()].sort((a, b) => b.total - a.total || (a.name < b.name ? -1 : 1));
}

function namesOf(record: DecisionFields, by: TopKey): string[] {
  if (by === 'rule') return record.rules ?? [];
  if (by === 'tool') return [`${record.server} ${record.tool}`];
  return [String(record[by])];
}

function count(rows: Map<string, TopRow>, name: string, effect: string | undefined): void {
  const key = rows.has(name) || rows.size < MOST_NAMES ? name : OTHERS;
  const row = rows.get(key) ?? { name: key, allow: 0, approve: 0, deny: 0, total: 0 };
  rows.set(key, row);
  row.total++;
  if (effect === 'allow' || effect === 'approve' || effect === 'deny') row[effect]++;
}
