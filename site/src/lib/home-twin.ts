import { attackItem, attackLinkOf } from './attack-list-twins.ts';
import type { HomeView } from './home-view.ts';
import { levelTitle } from './level-words.ts';
import {
  byLevel,
  changeItem,
  changeLinkOf,
  serverItem,
  serverLinkOf,
  toolItem,
  toolLinkOf,
} from './list-twins.ts';
import { counted } from './names.ts';
import type { Twin } from './twins.ts';
import { levelUrl } from './urls.ts';

/** The first page: what there is, and where it begins. */
export function homeTwin(view: HomeView): Twin {
  const { toolCount, serverCount, failedCount, attackCount } = view;
  const { levels, sharpest, changes, attacks, servers } = view;
  return {
    data: {
      title: 'Toolwarden',
      tools: toolCount,
      servers: serverCount,
      notListed: failedCount,
      attacks: attackCount,
      levels: byLevel(levels),
      highest: sharpest.map(toolItem),
      newestChanges: changes.map(changeItem),
      newestAttacks: attacks.map(attackItem),
      largestServers: servers.map(serverItem),
      lists: LISTS.map(({ text, url }) => ({ title: text, url })),
    },
    text: [
      { heading: 1, text: 'Toolwarden' },
      {
        text: `What MCP tools can do, and the policy that bounds them: ${counted(toolCount, 'tool')} on ${counted(serverCount, 'server')}, ${counted(attackCount, 'attack')}.`,
      },
      { links: LISTS },
      { heading: 2, text: 'By level' },
      {
        links: levels.map(({ level, count }) => ({
          text: levelTitle(level),
          url: levelUrl(level),
          more: counted(count, 'tool'),
        })),
      },
      { heading: 2, text: 'At the highest level' },
      { links: sharpest.map(toolLinkOf) },
      { heading: 2, text: 'Newest changes' },
      { links: changes.map(changeLinkOf) },
      { heading: 2, text: 'Newest attacks' },
      { links: attacks.map(attackLinkOf) },
      { heading: 2, text: 'Servers with the most tools' },
      { links: servers.map(serverLinkOf) },
    ],
  };
}

/** Where everything else begins. */
const LISTS = [
  { text: 'Servers', url: '/servers' },
  { text: 'Risk levels', url: '/risk' },
  { text: 'Categories', url: '/categories' },
  { text: 'Traits', url: '/traits' },
  { text: 'Areas', url: '/areas' },
  { text: 'Publishers', url: '/publishers' },
  { text: 'Attacks', url: '/attacks' },
  { text: 'Changes', url: '/changes' },
  { text: 'Servers we could not list', url: '/failures' },
  { text: 'How tools are judged', url: '/method' },
  { text: 'Data and API', url: '/data' },
];
