import { type Origin, parseServerId, type ServerSource } from '@toolwarden/catalogue';

export type ResolvedTargets = {
  targets: ServerSource[];
  /** Ids that cannot be crawled, each with a sentence that says why. */
  problems: { id: string; message: string }[];
};

/** Whether an id alone says what to crawl. */
function isEnough(origin: Origin): boolean {
  return origin === 'npm' || origin === 'url';
}

const HINTS: Record<Origin, string> = {
  npm: '',
  url: '',
  registry: '; toolwarden sources import registry writes one',
  config: '; it is in no client configuration of this machine',
};

/** Joins ids with what is known of them; an id without a source is crawled by name alone. A version in the id wins. */
export async function resolveTargets(
  ids: string[],
  sources: ServerSource[],
): Promise<ResolvedTargets> {
  const known = new Map(sources.map((source) => [source.id, source]));
  const resolved: ResolvedTargets = { targets: [], problems: [] };
  const seen = new Map<string, string | undefined>();
  for (const text of ids) {
    const parsed = parseServerId(text);
    if (!parsed.ok) {
      resolved.problems.push({ id: text, message: parsed.problem });
    } else if (!known.has(parsed.id) && !isEnough(parsed.origin)) {
      resolved.problems.push({
        id: text,
        message: `${text}: its name does not say how to reach it, and there is no source for it${HINTS[parsed.origin]}`,
      });
    } else {
      const target = {
        ...(known.get(parsed.id) ?? { id: parsed.id }),
        ...(parsed.version !== undefined && { version: parsed.version }),
      };
      if (!seen.has(parsed.id)) {
        seen.set(parsed.id, target.version);
        resolved.targets.push(target);
      } else if (seen.get(parsed.id) !== target.version) {
        resolved.problems.push({
          id: text,
          message: `${text}: a server has one record, so one run crawls one version of it; name the other in a run of its own`,
        });
      }
    }
  }
  return resolved;
}
