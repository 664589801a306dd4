import { type CatalogueView, countLevels, type LevelCount } from './catalogue-view.ts';
import { compareText } from './names.ts';
import { asServerLink, type ServerLink } from './server-view.ts';
import { asLink, type ToolLink } from './tool-view.ts';

/** What the first page shows. */
export type HomeView = {
  toolCount: number;
  serverCount: number;
  failedCount: number;
  levels: LevelCount[];
  sharpest: ToolLink[];
  servers: ServerLink[];
};

const SHOWN_TOOLS = 8;
const SHOWN_SERVERS = 12;

export function homeView({ servers, tools }: CatalogueView): HomeView {
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
  };
}
