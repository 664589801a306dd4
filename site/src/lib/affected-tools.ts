import { type CatalogueView, levelsShown } from './catalogue-view.ts';
import type { ServerSummary, ToolSummary } from './server-summary.ts';

/** So many are named on a page; the rest is a number. */
const SHOWN = 20;
/** Tools of one server are alike: so many of them stand for all. */
const SHOWN_OF_A_SERVER = 3;

/** The first of what an attack applies to, each with the reason, and how many there are. */
type Affected<Of> = { total: number; first: { of: Of; because: string }[] };
export type AffectedBy = { tools: Affected<ToolSummary>; servers: Affected<ServerSummary> };

const known = new WeakMap<CatalogueView, Map<string, AffectedBy>>();

/** The tools and servers of the catalogue that an attack applies to: the most dangerous tools first, then by name, few of one server. */
export function affectedBy(catalogue: CatalogueView, attackId: string): AffectedBy {
  const index = known.get(catalogue) ?? indexAffected(catalogue);
  known.set(catalogue, index);
  return index.get(attackId) ?? noneAffected();
}

function indexAffected({ attacks, tools, servers }: CatalogueView): Map<string, AffectedBy> {
  const index = new Map(attacks.map(({ id }) => [id, noneAffected()]));
  // Stable, so tools of one level stay in the order of the catalogue.
  const ordered = tools.toSorted((a, b) => place(a) - place(b));
  for (const tool of ordered)
    for (const { id, because } of tool.attacks) {
      const affected = index.get(id)?.tools;
      const alike = affected?.first.filter(({ of }) => of.serverId === tool.serverId).length ?? 0;
      note(affected, tool, because, alike < SHOWN_OF_A_SERVER);
    }
  for (const server of servers.filter(({ status }) => status !== 'gone'))
    for (const { id, because } of server.attacks) note(index.get(id)?.servers, server, because);
  return index;
}

function note<Of>(
  affected: Affected<Of> | undefined,
  of: Of,
  because: string,
  isShown = true,
): void {
  if (affected === undefined) return;
  affected.total += 1;
  if (isShown && affected.first.length < SHOWN) affected.first.push({ of, because });
}

function noneAffected(): AffectedBy {
  return { tools: { total: 0, first: [] }, servers: { total: 0, first: [] } };
}

function place({ level }: ToolSummary): number {
  return levelsShown.indexOf(level);
}
