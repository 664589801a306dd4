import { type CatalogueEntry, displayName } from '@toolwarden/catalogue';
import type { ToolRef } from './catalogue-view.ts';
import { isKnown } from './server-view.ts';
import { serverUrl } from './urls.ts';

/**
 * A tool's line in `/api/v1/tools.jsonl`: `server` and `tool` as in a call, so that decisions can be joined. Null where
 * nobody has judged: never to be read as safe.
 */
export function toolLine({ entry, tool, url }: ToolRef): object {
  return {
    server: entry.record.id,
    tool: tool.definition.name,
    url,
    level: tool.judgement?.risk ?? null,
    category: tool.judgement?.category ?? null,
    label: tool.judgement?.label ?? null,
    traits: tool.judgement?.traits ?? null,
    digest: tool.digest,
  };
}

/** A server's line in `/api/v1/servers.jsonl`. `tools` is null where they are not known, which is not to have none. */
export function serverLine(entry: CatalogueEntry): object {
  const { record, slug, tools } = entry;
  return {
    id: record.id,
    name: displayName(record),
    url: serverUrl(slug),
    version: record.version,
    outcome: record.outcome,
    reason: record.reason ?? null,
    isGone: record.isGone ?? false,
    tools: isKnown(entry) ? tools.length : null,
  };
}
