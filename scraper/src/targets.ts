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
  const seen = new Set<string>();
  for (const text of ids) {
    const parsed = parseServerId(text);
    if (!parsed.ok) {
      resolved.problems.push({ id: text, message: parsed.problem });
    } else if (parsed.origin !== 'npm') {
      resolved.problems.push({
        id: text,
        message: `${text}: only npm servers can be crawled so far, such as npm:@scope/name`,
      });
    } else if (!seen.has(parsed.id)) {
      seen.add(parsed.id);
      resolved.targets.push({
        ...(known.get(parsed.id) ?? { id: parsed.id }),
        ...(parsed.version !== undefined && { version: parsed.version }),
      });
    }
  }
  return resolved;
}
