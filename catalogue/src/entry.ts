import type { Classification, ServerClassifications, ServerWords } from './classification.ts';
import type { Correction, ServerCorrections } from './correction.ts';
import { type Assessment, assess } from './risk.ts';
import type { RecordedTool, ServerRecord } from './server.ts';
import { serverSlug, toolSlugs } from './slug.ts';
import type { Category, Trait } from './taxonomy.ts';

/** A listed tool joined with what is known of it. */
export type CatalogueTool = RecordedTool & {
  slug: string;
  /** Absent while nobody has judged this definition: never to be read as safe. */
  classification?: Classification;
  /** A person's answer for this very definition. */
  correction?: Correction;
  /** A person's answer for an earlier definition of this tool: it does not hold, and somebody should look again. */
  staleCorrection?: Correction;
  /** What holds: the correction where there is one, else the classification; absent where there is neither. */
  judgement?: Judgement;
};

/** The answer that counts for a tool, wherever it came from. */
type Judgement = Assessment & { category: Category; traits: Trait[] };

/** A server joined with its classifications and corrections. Derived, never stored. */
export type CatalogueEntry = { record: ServerRecord; slug: string; tools: CatalogueTool[] };

/** Joins what three programs wrote. A judgement of another definition than the listed one is left out. */
export function joinEntry(
  record: ServerRecord,
  classified?: ServerClassifications,
  corrected?: ServerCorrections,
): CatalogueEntry {
  const slugs = toolSlugs(record.tools.map(({ definition }) => definition.name));
  // A name listed twice gives one page: that of the default configuration stands, else the first by digest.
  const shown = new Map<string, RecordedTool>();
  for (const tool of record.tools) {
    const other = shown.get(tool.definition.name);
    if (other === undefined || (!isDefault(other) && isDefault(tool)))
      shown.set(tool.definition.name, tool);
  }
  const tools = record.tools
    .filter((tool) => shown.get(tool.definition.name) === tool)
    .map((tool): CatalogueTool => {
      const { name } = tool.definition;
      const isThis = (judged: { tool: string; toolDigest: string }) =>
        judged.tool === name && judged.toolDigest === tool.digest;
      const classification = classified?.tools.find(isThis);
      const correction = corrected?.tools.find(isThis);
      const earlier = corrected?.tools.findLast((other) => other.tool === name);
      const stale = correction === undefined ? earlier : undefined;
      return {
        ...tool,
        slug: slugs.get(name) as string,
        ...(classification && { classification }),
        ...(correction && { correction }),
        ...(stale && { staleCorrection: stale }),
        ...((correction ?? classification) && {
          judgement: judgementOf((correction ?? classification) as Correction | Classification),
        }),
      };
    });
  return { record, slug: serverSlug(record.id), tools };
}

function isDefault({ configurations }: RecordedTool): boolean {
  return configurations.includes('default');
}

// Recomputed rather than read, so that a level can never contradict its traits, whoever wrote the file.
function judgementOf({ category, traits }: Correction | Classification): Judgement {
  return { category, traits, ...assess(category, traits) };
}

/** The name to show for a server: its own title, its own name, or its package. The publisher's, verbatim. */
export function displayName({ id, serverInfo, package: pack }: ServerRecord): string {
  const stated = [serverInfo?.title, pack?.name, serverInfo?.name];
  return (
    stated.find((name): name is string => typeof name === 'string' && name.trim() !== '') ?? id
  );
}

/** The server's words a classification may rely on: the publisher's name for it and its description. */
export function serverWords({ id, serverInfo, package: pack }: ServerRecord): ServerWords {
  const description = pack?.description ?? serverInfo?.description;
  const name = pack?.name ?? serverInfo?.name;
  return {
    name: typeof name === 'string' ? name : id,
    ...(typeof description === 'string' && { description }),
  };
}
