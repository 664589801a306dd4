import { isJsonObject, type JsonObject, type JsonValue, own } from '@toolwarden/catalogue';
import type { Join } from './join.ts';
import { placeOfAddress } from './joined-address.ts';
import { placeOfName } from './joined-name.ts';
import type { Part } from './part.ts';

/** What a request says of where it goes, and how it says so to the server. */
export type Destination = {
  kind: 'tools' | 'prompts' | 'resources';
  /** The joined name or address. */
  joined: string;
  /** What the record and a refusal call it where no server is found: its name behind the server's. */
  unknownAs: string;
  withName(params: JsonObject, name: string): JsonObject;
};

type Place = { part: Part; name: string };

const ROUTED = new Set([
  ...['tools/call', 'prompts/get', 'completion/complete'],
  ...['resources/read', 'resources/subscribe', 'resources/unsubscribe'],
]);

/** Whether a request goes to one server. */
export function isRouted(method: string): boolean {
  return ROUTED.has(method);
}

/** Whether a request is about a task, which would have to be asked for by an id of one server's. */
export function isAboutTask(method: string, params: JsonObject): boolean {
  return method.startsWith('tasks/') || own(params, 'task') !== undefined;
}

/** Where a request says it goes; `undefined` where it cannot be told. */
export function destinationOf(method: string, params: JsonObject): Destination | undefined {
  if (method === 'tools/call' || method === 'prompts/get') {
    const kind = method === 'tools/call' ? 'tools' : 'prompts';
    return named(kind, own(params, 'name'), (given, name) => ({ ...given, name }));
  }
  if (method !== 'completion/complete') {
    return addressed(own(params, 'uri'), (given, uri) => ({ ...given, uri }));
  }
  const ref = own(params, 'ref');
  const type = own(ref, 'type');
  if (!isJsonObject(ref)) return undefined;
  if (type === 'ref/prompt') {
    return named('prompts', own(ref, 'name'), (given, name) => ({
      ...given,
      ref: { ...ref, name },
    }));
  }
  if (type !== 'ref/resource') return undefined;
  return addressed(own(ref, 'uri'), (given, uri) => ({ ...given, ref: { ...ref, uri } }));
}

function named(
  kind: 'tools' | 'prompts',
  joined: JsonValue | undefined,
  withName: Destination['withName'],
): Destination | undefined {
  if (typeof joined !== 'string') return undefined;
  const place = placeOfName(joined);
  const unknownAs = place !== undefined && 'server' in place ? place.name : joined;
  return { kind, joined, unknownAs, withName };
}

function addressed(
  joined: JsonValue | undefined,
  withName: Destination['withName'],
): Destination | undefined {
  if (typeof joined !== 'string') return undefined;
  const unknownAs = placeOfAddress(joined)?.address ?? joined;
  return { kind: 'resources', joined, unknownAs, withName };
}

/** The server that a request goes to and its name there; `undefined` where no server of the grant has such. */
export async function placeOf(
  { kind, joined }: Destination,
  join: Join,
  find: (digestName: string, list: 'tools/list' | 'prompts/list') => Promise<Place | undefined>,
): Promise<Place | undefined> {
  if (kind === 'resources') {
    const place = placeOfAddress(joined);
    const part = place && join.part(place.server);
    return part && { part, name: place.address };
  }
  const place = placeOfName(joined);
  if (place === undefined) return undefined;
  if ('digestName' in place) {
    return find(place.digestName, kind === 'tools' ? 'tools/list' : 'prompts/list');
  }
  const part = join.part(place.server);
  return part && { part, name: place.name };
}
