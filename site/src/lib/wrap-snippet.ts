import type { CatalogueEntry, JsonValue } from '@toolwarden/catalogue';
import { parseServerId } from '@toolwarden/catalogue';
import { type JsonToken, joinTokens, jsonTokens } from './json-tokens.ts';

/** What goes into a client's configuration so that the server runs behind `toolwarden wrap`; none where we cannot say. */
export function wrapSnippet({ record, slug }: CatalogueEntry): JsonToken[] | undefined {
  const parsed = parseServerId(record.id);
  if (!parsed.ok) return undefined;
  const wrap = ['-y', 'toolwarden', 'wrap', '--policy', 'policy.json'];
  const [used] = record.configurations;
  const name = slug.split('__').slice(1).join('-');
  if (parsed.origin === 'npm' && record.package !== undefined) {
    const pack = `${record.package.name}@${record.package.version}`;
    const env = Object.fromEntries((used?.env ?? []).map((key) => [key, `your ${key}`]));
    return tokens(name, {
      command: 'npx',
      args: [...wrap, '--', 'npx', '-y', pack, ...(used?.args ?? [])],
      ...(Object.keys(env).length > 0 && { env }),
    });
  }
  if (parsed.origin === 'url')
    return tokens(name, {
      command: 'npx',
      args: [...wrap, '--url', `https://${parsed.identifier}`],
    });
  return undefined;
}

function tokens(name: string, server: JsonValue): JsonToken[] {
  return joinTokens(jsonTokens({ mcpServers: { [name]: server } }));
}
