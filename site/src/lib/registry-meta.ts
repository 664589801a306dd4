import { parseServerId } from '@toolwarden/catalogue';
import { countLevels } from './catalogue-view.ts';
import type { ServerSummary } from './server-summary.ts';

/** Under this name our judgement stands in a registry's `_meta`. */
const KEY = 'dev.toolwarden/risk';

/**
 * A server's judgement as the official registry's records hold what others add: an object for `_meta`, to be joined by
 * `name` (a registry's server) or `package` (one of npm's).
 */
export function registryMeta(server: ServerSummary, origin: string): object {
  const parsed = parseServerId(server.id);
  const isRegistry = parsed.ok && parsed.origin === 'registry';
  const isPackage = parsed.ok && parsed.origin === 'npm';
  return {
    id: server.id,
    ...(isRegistry && { name: parsed.identifier }),
    ...(isPackage && { package: { registryType: 'npm', identifier: parsed.identifier } }),
    version: server.version,
    _meta: {
      [KEY]: {
        page: new URL(server.url, origin).href,
        outcome: server.outcome,
        levels: server.isKnown
          ? Object.fromEntries(
              countLevels(server.tools).map(({ level, count }) => [level ?? 'unclassified', count]),
            )
          : null,
        tools: server.isKnown
          ? server.tools.map(({ name, level, category, traits, digest }) => ({
              name,
              level: level ?? null,
              category: category ?? null,
              traits: traits ?? null,
              digest,
            }))
          : null,
      },
    },
  };
}
