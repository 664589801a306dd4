import * as z from 'zod';
import { crawlOutcomeSchema, crawlReasonSchema } from './server.ts';
import { serverIdSchema } from './server-id.ts';

/** One run of the crawler: `data/crawls/2026-11-21T031500Z.json`. Times live here and not in the records. */
export const crawlRunSchema = z.strictObject({
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime(),
  /** Whether the run came to its own end, or was stopped by its time budget or a signal. */
  ending: z.enum(['completed', 'budget-spent', 'interrupted']),
  /**
   * Nothing of the sources but id and version was used: a measure of how far a name leads. Its listings replace none, so it
   * says nothing of when a server is due.
   */
  isFromNamesAlone: z.literal(true).optional(),
  counts: z.strictObject({
    servers: z.int().nonnegative(),
    complete: z.int().nonnegative(),
    partial: z.int().nonnegative(),
    failed: z.int().nonnegative(),
    tools: z.int().nonnegative(),
  }),
  failuresByReason: z.partialRecord(crawlReasonSchema, z.int().positive()),
  /** Versions of what did the crawling: node, toolwarden, the MCP SDK, the sandbox. */
  versions: z.record(z.string(), z.string()),
  // INVARIANT: sorted by id.
  servers: z.array(
    z.strictObject({
      id: serverIdSchema,
      version: z.string(),
      outcome: crawlOutcomeSchema,
      reason: crawlReasonSchema.optional(),
      tools: z.int().nonnegative(),
      durationMs: z.int().nonnegative(),
    }),
  ),
});
export type CrawlRun = z.infer<typeof crawlRunSchema>;
