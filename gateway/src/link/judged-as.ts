import { isJsonObject, type JsonObject, type JsonValue, own } from '@toolwarden/catalogue';
import type { Ask } from '../guard.ts';
import type { ClientMethod } from '../protocol/methods.ts';

/** What of a request the policy has rules for; `undefined` where nothing, `invalid` where it cannot be told. */
export function judgedAs(
  act: ClientMethod,
  method: string,
  params: JsonObject,
): Ask[] | 'invalid' | undefined {
  const ask = (kind: 'resources' | 'prompts', name: JsonValue | undefined): Ask[] | 'invalid' => {
    if (typeof name !== 'string') return 'invalid';
    const given = own(params, 'arguments');
    const args = given === undefined ? {} : given;
    if (!isJsonObject(args)) return 'invalid';
    return [{ kind, method, name, arguments: args, argumentsText: JSON.stringify(args) }];
  };
  switch (act) {
    case 'resource':
      return ask('resources', own(params, 'uri'));
    case 'prompt':
      return ask('prompts', own(params, 'name'));
    case 'completion': {
      const ref = own(params, 'ref');
      const type = own(ref, 'type');
      if (type === 'ref/prompt') return ask('prompts', own(ref, 'name'));
      return type === 'ref/resource' ? ask('resources', own(ref, 'uri')) : 'invalid';
    }
    case 'subscription': {
      const wanted = own(own(params, 'notifications'), 'resourceSubscriptions') ?? [];
      if (!Array.isArray(wanted)) return 'invalid';
      const asks = wanted.map((address) => ask('resources', address));
      return asks.includes('invalid') ? 'invalid' : (asks as Ask[][]).flat();
    }
    default:
      return undefined;
  }
}
