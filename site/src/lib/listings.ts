import {
  type CatalogueEntry,
  type CatalogueTool,
  type HistoryEvent,
  historyEventSchema,
} from '@toolwarden/catalogue';
import * as z from 'zod';

/** A listing of a server that is over: how long it held, and of which version it was, where an event before says so. */
export const listingSchema = z.strictObject({
  until: z.iso.datetime(),
  version: z.string().optional(),
});
export type Listing = z.infer<typeof listingSchema>;

type ToolEvent = Extract<HistoryEvent, { tool: string }>;

/** Where the events lie from which a browser puts an earlier listing together. */
export function listingsUrl(slug: string): string {
  return `/servers/${slug}/history.json`;
}

/** What happened to tools, in order: all that an earlier listing is made of. */
export function toolEvents(history: readonly HistoryEvent[]): ToolEvent[] {
  return history
    .filter((event) => 'tool' in event)
    .toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at));
}

/** @throws z.ZodError for anything but what `toolEvents` made. */
export function readToolEvents(value: unknown): ToolEvent[] {
  return toolEvents(z.array(historyEventSchema).parse(value));
}

/** The listings before the last, the latest first. One that changed no tool is not told apart from the one before. */
export function earlierListings(history: readonly HistoryEvent[]): Listing[] {
  const events = toolEvents(history);
  const moments = [...new Map(events.map(({ at, version }) => [at, version]))];
  return moments
    .map(([until], index): Listing => {
      const version = moments[index - 1]?.[1];
      return { until, ...(version !== undefined && { version }) };
    })
    .reverse();
}

/**
 * A server as it was listed until a moment: every event from then on is taken back, the latest first. A definition that is
 * still listed keeps its judgement; an earlier one has none. A tool that is gone has no page, so its slug is empty.
 */
export function entryUntil(
  entry: CatalogueEntry,
  events: readonly ToolEvent[],
  { until, version }: Listing,
): CatalogueEntry {
  const now = new Map(entry.tools.map((tool) => [tool.definition.name, tool]));
  const tools = new Map(now);
  const putBack = (event: Extract<ToolEvent, { oldDigest: string }>) => {
    const listed = now.get(event.tool);
    const earlier: CatalogueTool = {
      definition: event.old,
      digest: event.oldDigest,
      configurations: [],
      slug: listed?.slug ?? '',
    };
    tools.set(event.tool, listed?.digest === event.oldDigest ? listed : earlier);
  };
  for (const event of events.toReversed()) {
    if (Date.parse(event.at) < Date.parse(until)) break;
    if (event.event === 'tool-added') tools.delete(event.tool);
    else putBack(event);
  }
  return {
    ...entry,
    record: { ...entry.record, version: version ?? '' },
    tools: [...tools.values()].toSorted((a, b) => (a.definition.name < b.definition.name ? -1 : 1)),
  };
}
