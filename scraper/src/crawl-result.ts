import {
  type CrawlOutcome,
  type CrawlReason,
  type CrawlRun,
  crawlOutcomes,
  crawlReasons,
  type ServerRecord,
  serverIdSchema,
} from '@toolwarden/catalogue';
import * as z from 'zod';

/** What came of one server in a run. */
export const crawlResultSchema = z.strictObject({
  server: serverIdSchema,
  version: z.string(),
  outcome: z.enum(crawlOutcomes),
  reason: z.enum(crawlReasons).optional(),
  /** The server's or the package manager's own words about the failure. */
  detail: z.string().optional(),
  tools: z.int().nonnegative(),
  help: z.array(z.string()),
  durationMs: z.int().nonnegative(),
});
export type CrawlResult = z.infer<typeof crawlResultSchema>;

export function resultOf(record: ServerRecord, durationMs: number): CrawlResult {
  return {
    server: record.id,
    version: record.version,
    outcome: record.outcome,
    ...(record.reason && { reason: record.reason }),
    ...(record.detail && { detail: record.detail }),
    tools: record.tools.length,
    help: record.help ?? [],
    durationMs,
  };
}

/** Whether a failure says something of our machine and nothing of the server, so that it is no reason to wait. */
export function isOurs(reason: CrawlReason | undefined): boolean {
  return reason === 'unreachable' || reason === 'disk-full' || reason === 'no-sandbox';
}

/** The account of a run, from the results of its servers in any order. */
export function runOf(
  results: CrawlResult[],
  about: Pick<CrawlRun, 'startedAt' | 'endedAt' | 'ending' | 'versions'>,
): CrawlRun {
  const count = (outcome: CrawlOutcome) =>
    results.filter((result) => result.outcome === outcome).length;
  const failuresByReason: CrawlRun['failuresByReason'] = {};
  for (const { reason } of results)
    if (reason) failuresByReason[reason] = (failuresByReason[reason] ?? 0) + 1;
  return {
    ...about,
    counts: {
      servers: results.length,
      complete: count('complete'),
      partial: count('partial'),
      failed: count('failed'),
      tools: results.reduce((total, { tools }) => total + tools, 0),
    },
    failuresByReason,
    servers: results
      .map(({ server, version, outcome, reason, tools, durationMs }) => ({
        id: server,
        version,
        outcome,
        ...(reason && { reason }),
        tools,
        durationMs,
      }))
      .sort((a, b) => (a.id < b.id ? -1 : 1)),
  };
}
