import { attacksFor, attacksForServer, type CatalogueEntry } from '@toolwarden/catalogue';
import { type CatalogueView, levelsShown, type ToolRef } from './catalogue-view.ts';

/** So many are named on a page; the rest is a number. */
const SHOWN = 20;

/** The first of what an attack applies to, each with the reason, and how many there are. */
type Affected<Of> = { total: number; first: { of: Of; because: string }[] };
export type AffectedBy = { tools: Affected<ToolRef>; servers: Affected<CatalogueEntry> };

const known = new WeakMap<CatalogueView, Map<string, AffectedBy>>();

/** The tools and servers of the catalogue that an attack applies to: the most dangerous tools first, then by name. */
export function affectedBy(catalogue: CatalogueView, attackId: string): AffectedBy {
  const index = known.get(catalogue) ?? indexAffected(catalogue);
  known.set(catalogue, index);
  return index.get(attackId) ?? noneAffected();
}

function indexAffected({ attacks, tools, entries }: CatalogueView): Map<string, AffectedBy> {
  const index = new Map(attacks.map(({ id }) => [id, noneAffected()]));
  // Stable, so tools of one level stay in the order of the catalogue.
  const ordered = tools.toSorted((a, b) => place(a) - place(b));
  for (const ref of ordered) {
    for (const { attack, because } of attacksFor(ref.entry, ref.tool, attacks))
      note(index.get(attack.id)?.tools, ref, because);
  }
  for (const entry of entries.filter(({ record }) => record.isGone !== true)) {
    for (const { attack, because } of attacksForServer(entry, attacks))
      note(index.get(attack.id)?.servers, entry, because);
  }
  return index;
}

function note<Of>(affected: Affected<Of> | undefined, of: Of, because: string): void {
  if (affected === undefined) return;
  affected.total += 1;
  if (affected.first.length < SHOWN) affected.first.push({ of, because });
}

function noneAffected(): AffectedBy {
  return { tools: { total: 0, first: [] }, servers: { total: 0, first: [] } };
}

function place({ tool }: ToolRef): number {
  return levelsShown.indexOf(tool.judgement?.risk);
}
