import {
  assess,
  type CatalogueEntry,
  type CatalogueTool,
  categorySchema,
  digestSchema,
  displayName,
  type HistoryEvent,
  serverIdSchema,
  toolDefinitionSchema,
  traitSchema,
} from '@toolwarden/catalogue';
import * as z from 'zod';
import { definitionTokens } from './definition-tokens.ts';
import { earlierListings, type Listing, listingSchema } from './listings.ts';
import type { CountTokens } from './token-count.ts';

/** A server as programs in the browser read it: what its tools are, not how we came to know. */
const serverDataSchema = z.strictObject({
  id: serverIdSchema,
  slug: z.string(),
  name: z.string(),
  version: z.string(),
  /** Arguments and names of variables it was listed under. */
  args: z.array(z.string()),
  env: z.array(z.string()),
  /** Those before the last that had other tools; what they were is in `history.json` beside this file. */
  listings: z.array(listingSchema),
  tools: z.array(
    z.strictObject({
      slug: z.string(),
      digest: digestSchema,
      /** Of its definition, in an agent's context. */
      tokens: z.int().nonnegative(),
      /** Absent where nobody has judged this definition. */
      judged: z.strictObject({ category: categorySchema, traits: z.array(traitSchema) }).optional(),
      definition: toolDefinitionSchema,
    }),
  ),
});
type ServerData = z.infer<typeof serverDataSchema>;

/** A server read back: an entry as every room knows it, and what goes into a configuration. */
export type LoadedServer = Pick<ServerData, 'name' | 'args' | 'env'> & {
  entry: CatalogueEntry;
  /** Of all definitions together. */
  tokens: number;
  /** Earlier ones, the latest first. */
  listings?: Listing[];
};

/** Where it lies. */
export function serverDataUrl(slug: string): string {
  return `/servers/${slug}/data.json`;
}

/** What a page that works with a whole server needs of it; `readServerData` is its reader. */
export function serverData(
  { record, slug, tools }: CatalogueEntry,
  countTokens: CountTokens,
  history: readonly HistoryEvent[] = [],
): ServerData {
  const [used] = record.configurations;
  return {
    id: record.id,
    slug,
    name: displayName(record),
    version: record.version,
    args: used?.args ?? [],
    env: used?.env ?? [],
    listings: earlierListings(history),
    tools: tools.map((tool) => ({
      slug: tool.slug,
      digest: tool.digest,
      tokens: definitionTokens(tool, countTokens),
      ...(tool.judgement && {
        judged: { category: tool.judgement.category, traits: tool.judgement.traits },
      }),
      definition: tool.definition,
    })),
  };
}

/** Reads what `serverData` made; levels are computed again. @throws z.ZodError for anything else. */
export function readServerData(value: unknown): LoadedServer {
  const { id, slug, name, version, args, env, listings, tools } = serverDataSchema.parse(value);
  const joined = tools.map(
    ({ judged, tokens: _tokens, ...tool }): CatalogueTool => ({
      ...tool,
      configurations: [],
      ...(judged && { judgement: { ...judged, ...assess(judged.category, judged.traits) } }),
    }),
  );
  const record = {
    id,
    version,
    outcome: 'complete' as const,
    serverInfo: { title: name },
    configurations: [],
    tools: joined.map(({ definition, digest }) => ({ definition, digest, configurations: [] })),
  };
  const tokens = tools.reduce((sum, tool) => sum + tool.tokens, 0);
  return { name, args, env, tokens, listings, entry: { record, slug, tools: joined } };
}
