import type { ServerSummary, ToolSummary } from './server-summary.ts';

/**
 * A tool's line in `/api/v1/tools.jsonl`: `server` and `tool` as in a call, so that decisions can be joined. Null where
 * nobody has judged: never to be read as safe.
 */
export function toolLine(tool: ToolSummary) {
  return {
    server: tool.serverId,
    tool: tool.name,
    url: tool.url,
    level: tool.level ?? null,
    category: tool.category ?? null,
    label: tool.label ?? null,
    traits: tool.traits ?? null,
    digest: tool.digest,
  };
}

/** A server's line in `/api/v1/servers.jsonl`. `tools` is null where they are not known, which is not to have none. */
export function serverLine(server: ServerSummary) {
  return {
    id: server.id,
    name: server.name,
    url: server.url,
    version: server.version,
    outcome: server.outcome,
    reason: server.reason ?? null,
    isGone: server.status === 'gone',
    tools: server.isKnown ? server.tools.length : null,
  };
}
