import type { Attack, CatalogueEntry, CatalogueTool } from '@toolwarden/catalogue';
import { applicableAttacks, serverAttacks } from './applicable-attacks.ts';

/** An attack that a tool's capabilities allow, as its page lists it. */
export type AttackLine = {
  id: string;
  title: string;
  kind: string;
  verification: string;
  summary: string;
  because: string;
  /** What a gateway with a policy can do about it, in words. */
  stops: string;
  source: { title: string; url: string } | undefined;
};

const STOPS = {
  full: 'A policy can stop it.',
  partial: 'A policy can stop a part of it.',
  none: 'A policy cannot stop it.',
} as const;
const KINDS = { technique: 'Technique', incident: 'Incident', cve: 'CVE' } as const;
const ORDER = ['incident', 'cve', 'technique'] as const;

/** The attacks that a tool allows, alone or with others of its server: what has happened before what could. */
export function attackLines(
  entry: CatalogueEntry,
  tool: CatalogueTool,
  attacks: readonly Attack[],
): AttackLine[] {
  return applicableAttacks(entry, tool, attacks)
    .toSorted((a, b) => ORDER.indexOf(a.attack.kind) - ORDER.indexOf(b.attack.kind))
    .map(lineOf);
}

/** What the tools of a server allow together, what was found in it, and what can happen with any like it. */
export type ServerAttacks = { together: AttackLine[]; found: AttackLine[]; any: AttackLine[] };

export function serverAttackLines(
  entry: CatalogueEntry,
  attacks: readonly Attack[],
): ServerAttacks {
  const those = serverAttacks(entry, attacks);
  const linesOf = (scope: Attack['needs']['scope']) =>
    those.filter(({ attack }) => attack.needs.scope === scope).map(lineOf);
  return { together: linesOf('combination'), found: linesOf('product'), any: linesOf('server') };
}

function lineOf({ attack, because }: { attack: Attack; because: string }): AttackLine {
  return {
    id: attack.id,
    title: attack.title,
    kind: KINDS[attack.kind],
    verification: attack.verification,
    summary: attack.summary,
    because,
    stops: `${STOPS[attack.gateway.stops]} ${attack.gateway.because}`,
    source: attack.references[0],
  };
}
