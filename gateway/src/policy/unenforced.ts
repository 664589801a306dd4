import { isJsonObject, type JsonValue } from '@toolwarden/catalogue';
import type { Policy } from '@toolwarden/policy';

const escaped = (key: string) => key.replaceAll('~', '~0').replaceAll('/', '~1');

/** Fields about a call of the agent and its result; what a server asks of the client is neither. */
const callFields = ['approval', 'response', 'marks'];

/**
 * JSON Pointer of the first thing in a policy that this version would pass over; `undefined` where it keeps all that
 * the policy promises.
 */
export function unenforcedPart(document: Policy): string | undefined {
  for (const [pointer, rule] of rulesOf(document)) {
    if (pointer !== '/sampling' && pointer !== '/elicitation') continue;
    for (const field of callFields) {
      if (isJsonObject(rule) && Object.hasOwn(rule, field)) return `${pointer}/${field}`;
    }
  }
  return undefined;
}

function rulesOf(document: Policy): [pointer: string, rule: JsonValue][] {
  const found: [string, JsonValue][] = [];
  for (const part of ['all_tools', 'sampling', 'elicitation'] as const) {
    if (document[part] !== undefined) found.push([`/${part}`, document[part] as JsonValue]);
  }
  for (const part of ['tools', 'classes', 'resources', 'prompts'] as const) {
    for (const [name, rule] of Object.entries(document[part] ?? {})) {
      found.push([`/${part}/${escaped(name)}`, rule as JsonValue]);
    }
  }
  return found;
}
