import { compactJson } from '@toolwarden/catalogue';
import type { CompiledPolicy } from './compile.ts';
import type { Call, Facts } from './decision.ts';
import type { Rule } from './policy.ts';

/** What happens to a result. */
export type ResponseRule = NonNullable<Rule['response']>;

/** Two rules about one result: whatever one of them withholds stays withheld. */
export function joinResponses(
  base: ResponseRule | undefined,
  added: ResponseRule | undefined,
): ResponseRule | undefined {
  if (base === undefined || added === undefined) return base ?? added;
  const texts = new Set<string>();
  const redact = [...(base.redact ?? []), ...(added.redact ?? [])].filter((entry) => {
    const text = compactJson(entry);
    return !texts.has(text) && texts.add(text);
  });
  const sizes = [base.max_bytes, added.max_bytes].filter((size) => size !== undefined);
  return {
    ...(sizes.length > 0 && { max_bytes: Math.min(...sizes) }),
    ...(redact.length > 0 && { redact }),
    ...((base.strip_control || added.strip_control) && { strip_control: true }),
  };
}

/** What all rules that apply to a call say of its result; the same object for every such call. */
export function responseOf(
  policy: CompiledPolicy,
  call: Call,
  facts: Pick<Facts, 'classification' | 'definition'>,
): ResponseRule | undefined {
  return policy.planFor(call, facts).response;
}
