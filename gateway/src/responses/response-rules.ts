import { isJsonObject, type JsonValue, showHidden } from '@toolwarden/catalogue';
import type { Policy, ResponseRule, Rule } from '@toolwarden/policy';
import { mapTexts } from './map-texts.ts';
import type { Redactor } from './redactor.ts';

/** What happens to a result, ready for use. */
export type PreparedResponse = {
  maxBytes: number;
  /** Absent where the texts of a result need no look. @throws RangeError for what cannot be looked through. */
  change?: (value: JsonValue) => Promise<JsonValue> | JsonValue;
};

/** The response rules of one policy. */
export type ResponseRules = {
  /** For what the rules that apply to one call come to together. */
  prepare(rule: ResponseRule): PreparedResponse | Promise<PreparedResponse>;
};

/** Loads what the response rules of a policy need, and refuses patterns that cannot be used; `undefined` for no rules. */
export async function loadResponseRules(policy: Policy): Promise<ResponseRules | undefined> {
  const rules = rulesOf(policy).flatMap(({ response }) => (response ? [response] : []));
  if (rules.length === 0) return undefined;
  // Every pattern is tried on its own before anything starts; what rules come to together is put together later.
  for (const rule of rules) await prepare(rule);
  const prepared = new WeakMap<ResponseRule, PreparedResponse | Promise<PreparedResponse>>();
  return {
    prepare(rule) {
      const known = prepared.get(rule);
      if (known !== undefined) return known;
      const making = prepare(rule).then((made) => {
        prepared.set(rule, made);
        return made;
      });
      prepared.set(rule, making);
      return making;
    },
  };
}

async function prepare({
  max_bytes,
  redact = [],
  strip_control,
}: ResponseRule): Promise<PreparedResponse> {
  const redactor = redact.length > 0 ? await redactorFor(redact) : undefined;
  const change = changer(redactor, strip_control === true);
  return { maxBytes: max_bytes ?? Number.POSITIVE_INFINITY, ...(change && { change }) };
}

async function redactorFor(redact: NonNullable<ResponseRule['redact']>): Promise<Redactor> {
  const { createRedactor } = await import('./redactor.ts');
  return createRedactor(redact);
}

function changer(redactor: Redactor | undefined, isShowing: boolean): PreparedResponse['change'] {
  const show = (value: JsonValue) => mapTexts(value, showHidden);
  if (redactor === undefined) return isShowing ? show : undefined;
  // Redacted first: what is written out as `\\u{…}` no longer looks like a part of a secret.
  return async (value) => {
    const bare = await redactor(value);
    return isShowing ? show(bare) : bare;
  };
}

function rulesOf({ all_tools, tools, classes, resources, prompts }: Policy): Rule[] {
  const named = [tools, classes, resources, prompts].flatMap((rules) => Object.values(rules ?? {}));
  return [...(all_tools ? [all_tools] : []), ...named].filter((rule) => isJsonObject(rule));
}
