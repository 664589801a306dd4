import { parseServerId, type ServerSource } from '@toolwarden/catalogue';

export type ResolvedTargets = {
  targets: ServerSource[];
  /** Ids that cannot be crawled, each with a sentence that says why. */
  problems: { id: string; message: string }[];
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
    } else if (parsed.origin !== 'npm') {
      resolved.problems.push({
        id: text,
        message: `${text}: only npm servers can be crawled so far, such as npm:@scope/name`,
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
