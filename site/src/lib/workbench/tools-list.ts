import {
  type CatalogueEntry,
  isJsonObject,
  joinEntry,
  own,
  type ServerId,
  toolDefinitionSchema,
  toolDigest,
} from '@toolwarden/catalogue';

const MAX_TOOLS = 5000;

/**
 * Reads tools as a server lists them: the result of `tools/list`, its JSON-RPC frame, or the list alone. Nobody has
 * judged them, and nothing here does.
 *
 * @returns undefined where it is none of these.
 */
export function toolsListEntry(value: unknown, name: string): CatalogueEntry | undefined {
  const list = [value, own(value, 'tools'), own(own(value, 'result'), 'tools')].find(Array.isArray);
  if (list === undefined || list.length === 0) return undefined;
  const tools = list.slice(0, MAX_TOOLS).flatMap((each: unknown) => {
    const read = isJsonObject(each) ? toolDefinitionSchema.safeParse(each) : undefined;
    return read?.success ? [read.data] : [];
  });
  if (tools.length === 0) return undefined;
  return joinEntry({
    id: `config:${name}` as ServerId,
    version: '',
    outcome: 'complete',
    configurations: [],
    tools: tools.map((definition) => ({
      definition,
      digest: toolDigest(definition),
      configurations: [],
    })),
  });
}
