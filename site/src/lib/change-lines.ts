import { type CatalogueEntry, displayName, type HistoryEvent } from '@toolwarden/catalogue';
import { compareText } from './names.ts';
import { serverUrl, toolUrl } from './urls.ts';

/** One thing that changed at a server, as lists and feeds show it. */
export type ChangeLine = {
  /** Moment of the listing that saw it, in UTC. */
  at: string;
  serverName: string;
  serverUrl: string;
  version: string;
  /** `added`, `changed: description`; of the tool, or of the server where there is none. */
  what: string;
  tool: string | undefined;
  /** The tool's page, or the server's where the tool has none any more. */
  url: string;
};

/** The newest first; of one listing in the order in which it saw them. */
export function changeLines(
  entry: CatalogueEntry,
  history: readonly HistoryEvent[],
  most: number,
): ChangeLine[] {
  const name = displayName(entry.record);
  const server = serverUrl(entry.slug);
  return history
    .map((event): ChangeLine => {
      const tool = 'tool' in event ? event.tool : undefined;
      const listed = entry.tools.find(({ definition }) => definition.name === tool);
      return {
        at: event.at,
        serverName: name,
        serverUrl: server,
        version: event.version,
        what: whatOf(event),
        tool,
        url: listed === undefined ? server : toolUrl(entry.slug, listed.slug),
      };
    })
    .sort((a, b) => compareText(b.at, a.at))
    .slice(0, most);
}

function whatOf(event: HistoryEvent): string {
  switch (event.event) {
    case 'tool-added':
      return 'added';
    case 'tool-removed':
      return 'removed';
    case 'tool-changed':
      return `changed: ${changedKeys(event.old, event.new).join(', ')}`;
    case 'instructions-changed':
      return 'the server’s instructions changed';
    case 'server-gone':
      return 'the server was no longer at its source';
    case 'server-back':
      return 'the server was there again';
  }
}

/** The keys of a definition that differ between two listings, sorted. */
export function changedKeys(old: object, now: object): string[] {
  const [before, after] = [new Map(Object.entries(old)), new Map(Object.entries(now))];
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((key) => JSON.stringify(before.get(key)) !== JSON.stringify(after.get(key)))
    .sort(compareText);
}
