import type { JsonObject, JsonValue } from '@toolwarden/catalogue';
import type { ConfiguredServer } from './configured-server.ts';
import { serverEntries } from './read-configuration.ts';

const WRAP = ['-y', 'toolwarden', 'wrap', '--policy', 'policy.json', '--'];

/**
 * The same configuration with `toolwarden wrap` in front of every server that is started as a program, values included:
 * for the clipboard or a file, never for the page. A server that is wrapped already stays as it is.
 */
export function wrappedConfiguration(document: unknown): string {
  const copy: unknown = structuredClone(document);
  for (const { entry } of serverEntries(copy)) {
    const { command, args } = entry;
    const words = [command, args].flat().filter((word) => typeof word === 'string');
    if (typeof command !== 'string' || words.some((word) => /(^|[/\\])toolwarden(@|$)/.test(word)))
      continue;
    entry['command'] = 'npx';
    entry['args'] = [...WRAP, ...words];
  }
  return `${JSON.stringify(copy, null, 2)}\n`;
}

/** Servers behind `wrap`, to read: with references where the configuration holds values. */
export function wrappedServers(servers: readonly ConfiguredServer[]): JsonObject {
  const entries = servers
    .filter(({ kind }) => kind !== 'url')
    .map((server) => [
      server.name,
      { command: 'npx', args: [...WRAP, 'npx', ...runs(server)], ...env(server) },
    ]);
  return Object.fromEntries(entries);
}

/** `gateway.json` for these servers: values come from the environment, so the file can be kept in a repository. */
export function gatewayConfiguration(servers: readonly ConfiguredServer[]): JsonObject {
  const entries = servers.map((server): [string, JsonValue] => [
    gatewayName(server.name),
    server.kind === 'url'
      ? { url: `https://${server.id?.replace(/^url:/, '') ?? 'your-server.example/mcp'}` }
      : { command: 'npx', args: runs(server), ...env(server) },
  ]);
  return {
    listen: { host: '127.0.0.1', port: 8787 },
    admin: { host: '127.0.0.1', port: 8788 },
    state: { sqlite: 'state/toolwarden.db' },
    servers: Object.fromEntries(entries),
    policies: { stack: 'policy.json' },
    lock: 'toolwarden.lock.json',
  };
}

/** What `npx` is told. Arguments of the server itself may hold secrets, so they stay in the configuration they came from. */
function runs({ id, version }: ConfiguredServer): string[] {
  const name = id?.replace(/^npm:/, '') ?? 'your-server';
  return ['-y', version === undefined ? name : `${name}@${version}`];
}

function env({ envNames }: ConfiguredServer): { env?: JsonObject } {
  return envNames.length > 0 ? { env: referenced(envNames) } : {};
}

function referenced(names: readonly string[]): JsonObject {
  return Object.fromEntries(names.map((name) => [name, `\${env:${name}}`]));
}

/** As it stands in the gateway's addresses. */
function gatewayName(name: string): string {
  return (
    name
      .toLowerCase()
      .replace(/[^a-z0-9-]+/g, '-')
      .replace(/^-|-$/g, '') || 'server'
  );
}
