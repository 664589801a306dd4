import { isJsonObject, type JsonValue } from '@toolwarden/catalogue';
import type { Policy } from '@toolwarden/policy';

const escaped = (key: string) => key.replaceAll('~', '~0').replaceAll('/', '~1');

/** Fields of a rule that change nothing yet, wherever the rule stands. */
const ruleFields = ['approval'];
/** Fields about a call of the agent and its result; what a server asks of the client is neither. */
const callFields = ['response', 'marks'];

/**
 * JSON Pointer of the first thing in a policy that this version would pass over; `undefined` where it keeps all that
 * the policy promises.
 */
export function unenforcedPart(document: Policy): string | undefined {
  for (const [pointer, rule] of rulesOf(document)) {
    const isAsk = pointer === '/sampling' || pointer === '/elicitation';
    for (const field of isAsk ? [...ruleFields, ...callFields] : ruleFields) {
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
