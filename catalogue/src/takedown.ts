import * as z from 'zod';
import type { CatalogueEntry } from './entry.ts';
import type { HistoryEvent } from './history.ts';
import { serverIdSchema } from './server-id.ts';

/** A person's decision that a server, or one tool of it, is not published: phishing, another's brand, a secret in its words. */
const takedownSchema = z.strictObject({
  server: serverIdSchema,
  /** The tool's name as listed; without it the whole server is left out. */
  tool: z.string().optional(),
  reason: z.string().min(1),
  by: z.string().min(1),
  /** Day of the decision, `2026-11-21`. */
  on: z.iso.date(),
});
export type Takedown = z.infer<typeof takedownSchema>;

/** `data/takedowns.json`. Records stay as crawled: what is published leaves these out, after every later crawl too. */
export const takedownsSchema = z.strictObject({ takedowns: z.array(takedownSchema) });

/** A server without the tools that were taken down, in its history neither; `undefined` where all of it was. */
export function withoutTakenDown(
  { entry, history }: { entry: CatalogueEntry; history: readonly HistoryEvent[] },
  takedowns: readonly Takedown[],
): { entry: CatalogueEntry; history: HistoryEvent[] } | undefined {
  const those = takedowns.filter(({ server }) => server === entry.record.id);
  if (those.some(({ tool }) => tool === undefined)) return undefined;
  const gone = new Set(those.map(({ tool }) => tool));
  const isKept = ({ definition }: { definition: { name: string } }) => !gone.has(definition.name);
  return {
    // Filtered after the join, so that the addresses of the other tools stay what they were.
    entry: {
      ...entry,
      record: { ...entry.record, tools: entry.record.tools.filter(isKept) },
      tools: entry.tools.filter(isKept),
    },
    history: history.filter((event) => !('tool' in event) || !gone.has(event.tool)),
  };
}
