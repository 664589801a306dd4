import type { Attack } from '@toolwarden/catalogue';
import { type AttackLink, attackLink } from './attack-view.ts';
import { type CatalogueView, countLevels, type LevelCount } from './catalogue-view.ts';
import type { ChangeLine } from './change-lines.ts';
import { compareText } from './names.ts';
import { asServerLink, type ServerLink } from './server-view.ts';
import { asLink, type ToolLink } from './tool-link.ts';

/** What the first page shows. */
export type HomeView = {
  toolCount: number;
  serverCount: number;
  failedCount: number;
  levels: LevelCount[];
  sharpest: ToolLink[];
  servers: ServerLink[];
  changes: ChangeLine[];
  attackCount: number;
  /** Those that happened or became known last. */
  attacks: AttackLink[];
};

const SHOWN_TOOLS = 8;
const SHOWN_SERVERS = 12;
const SHOWN_CHANGES = 6;
const SHOWN_ATTACKS = 4;

export function homeView(
  { servers, tools, attacks }: CatalogueView,
  changes: readonly ChangeLine[] = [],
): HomeView {
  const listed = servers.filter(({ status }) => status === 'listed' || status === 'partly listed');
  const bySize = listed.toSorted((a, b) => b.toolCount - a.toolCount || compareText(a.id, b.id));
  // One a server: a large server must not be the whole list.
  const first = new Map<string, ToolLink>();
  for (const tool of tools)
    if (tool.level === 'Critical' && !first.has(tool.serverId)) first.set(tool.serverId, tool);
  const sharpest = bySize.flatMap(({ id }) => first.get(id) ?? []);
  return {
    toolCount: tools.length,
    serverCount: listed.length,
    failedCount: servers.filter(({ status }) => status === 'not listed').length,
    levels: countLevels(tools),
    sharpest: sharpest.slice(0, SHOWN_TOOLS).map(asLink),
    servers: bySize.slice(0, SHOWN_SERVERS).map(asServerLink),
    changes: changes.slice(0, SHOWN_CHANGES),
    attackCount: attacks.length,
    attacks: attacks
      .toSorted((a, b) => compareText(dateOf(b), dateOf(a)) || compareText(a.id, b.id))
      .slice(0, SHOWN_ATTACKS)
      .map(attackLink),
  };
}

function dateOf({ dates }: Attack): string {
  return dates.event ?? dates.disclosure ?? '';
}
