import {
  type CatalogueView,
  countLevels,
  type LevelCount,
  type ToolRef,
} from './catalogue-view.ts';
import { compareText } from './names.ts';
import { type ServerLink, serverLink } from './server-view.ts';
import { linkTo, type ToolLink } from './tool-view.ts';

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

export function homeView({ entries, tools }: CatalogueView): HomeView {
  const links = entries.map(serverLink);
  const listed = links.filter(({ status }) => status === 'listed' || status === 'partly listed');
  const bySize = listed.toSorted((a, b) => b.toolCount - a.toolCount || compareText(a.id, b.id));
  // One a server: a large server must not be the whole list.
  const first = new Map<string, ToolRef>();
  for (const ref of tools)
    if (ref.tool.judgement?.risk === 'Critical' && !first.has(ref.entry.record.id))
      first.set(ref.entry.record.id, ref);
  const sharpest = bySize.flatMap(({ id }) => first.get(id) ?? []);
  return {
    toolCount: tools.length,
    serverCount: listed.length,
    failedCount: links.filter(({ status }) => status === 'not listed').length,
    levels: countLevels(tools.map(({ tool }) => tool)),
    sharpest: sharpest.slice(0, SHOWN_TOOLS).map(linkTo),
    servers: bySize.slice(0, SHOWN_SERVERS),
  };
}
