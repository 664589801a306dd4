import { isJsonObject, type JsonObject, type JsonValue, own } from '@toolwarden/catalogue';
import type { ListedKind } from '../pins/pin-digest.ts';
import { joinedAddress } from './joined-address.ts';
import { joinedName } from './joined-name.ts';

/** What a list of several servers names, by the request for it. */
export const joinedLists: ReadonlyMap<
  string,
  { kind: 'tools' | ListedKind; field: string; name: string; capability: string; changed: string }
> = new Map([
  ['tools/list', { ...kindOf('tools', 'tools'), field: 'tools', name: 'name' }],
  ['prompts/list', { ...kindOf('prompts', 'prompts'), field: 'prompts', name: 'name' }],
  ['resources/list', { ...kindOf('resources', 'resources'), field: 'resources', name: 'uri' }],
  [
    'resources/templates/list',
    {
      ...kindOf('resourceTemplates', 'resources'),
      field: 'resourceTemplates',
      name: 'uriTemplate',
    },
  ],
]);

function kindOf(kind: 'tools' | ListedKind, capability: string) {
  return { kind, capability, changed: `notifications/${capability}/list_changed` };
}

/** An entry of a server's list as it stands in the joined one; `undefined` where it has no name. */
export function renamedEntry(
  server: string,
  kind: 'tools' | ListedKind,
  nameKey: string,
  entry: JsonValue,
): JsonObject | undefined {
  const name = own(entry, nameKey);
  if (!isJsonObject(entry) || typeof name !== 'string') return undefined;
  if (kind === 'resources' || kind === 'resourceTemplates') {
    return { ...entry, [nameKey]: joinedAddress(server, name) };
  }
  // Tasks do not pass here, so no tool must say that it can only be called as one.
  const { execution: _, ...rest } = entry;
  const renamed: JsonObject = { ...rest, name: joinedName(server, name) };
  const meta = own(entry, '_meta');
  if (kind === 'tools' && isJsonObject(meta)) renamed['_meta'] = withViewAddress(server, meta);
  return renamed;
}

/** The address of the page by which a client shows a tool's results (MCP Apps), old and new spelling. */
function withViewAddress(server: string, meta: JsonObject): JsonObject {
  const renamed = { ...meta };
  const flat = own(meta, 'ui/resourceUri');
  if (typeof flat === 'string') renamed['ui/resourceUri'] = joinedAddress(server, flat);
  const ui = own(meta, 'ui');
  const nested = own(ui, 'resourceUri');
  if (isJsonObject(ui) && typeof nested === 'string') {
    renamed['ui'] = { ...ui, resourceUri: joinedAddress(server, nested) };
  }
  return renamed;
}
