import { isJsonObject, type JsonObject, type JsonValue, own } from '@toolwarden/catalogue';
import type { Ask } from '../guard.ts';
import type { ClientMethod } from '../protocol/methods.ts';

/** Each is a decision of its own, with its own record; whoever wants more subscribes several times. */
const MOST_SUBSCRIBED = 256;

/** What of a request the policy has rules for; `undefined` where nothing, `invalid` where it cannot be told. */
export function judgedAs(
  act: ClientMethod,
  method: string,
  params: JsonObject,
): Ask[] | 'invalid' | undefined {
  const ask = (
    kind: 'resources' | 'prompts',
    name: JsonValue | undefined,
    given = own(params, 'arguments'),
  ): Ask[] | 'invalid' => {
    if (typeof name !== 'string') return 'invalid';
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
      const given = completed(params);
      if (given === undefined) return 'invalid';
      if (type === 'ref/prompt') return ask('prompts', own(ref, 'name'), given);
      return type === 'ref/resource' ? ask('resources', own(ref, 'uri'), given) : 'invalid';
    }
    case 'subscription': {
      const wanted = own(own(params, 'notifications'), 'resourceSubscriptions') ?? [];
      if (!Array.isArray(wanted) || wanted.length > MOST_SUBSCRIBED) return 'invalid';
      const asks = wanted.map((address) => ask('resources', address));
      return asks.includes('invalid') ? 'invalid' : (asks as Ask[][]).flat();
    }
    default:
      return undefined;
  }
}

/**
 * What a completion tells the server of the arguments: the one that is being typed, and those before it. Rules and
 * people judge these as they judge the arguments themselves. `undefined` where it cannot be told, or says two things.
 */
function completed(params: JsonObject): JsonObject | undefined {
  const typed = own(params, 'argument');
  const before = own(own(params, 'context'), 'arguments') ?? {};
  if (!isJsonObject(before)) return undefined;
  if (typed === undefined) return before;
  const name = own(typed, 'name');
  const value = own(typed, 'value');
  if (typeof name !== 'string' || typeof value !== 'string') return undefined;
  const known = own(before, name);
  if (known !== undefined && known !== value) return undefined;
  return Object.fromEntries([...Object.entries(before), [name, value]]) as JsonObject;
}
