import type { JsonPointer, JsonValue } from '@toolwarden/catalogue';
import { addAmounts } from './amounts.ts';
import type { Call } from './decision.ts';
import { parsePath, readSteps, type Step } from './path.ts';
import type { Limit, Rule } from './policy.ts';
import { limitWords } from './rule-words.ts';
import { windowMs } from './window.ts';

/** A limit, prepared. */
export type CompiledLimit = {
  pointer: JsonPointer;
  reason: string;
  max: number;
  windowMs: number;
  /** Which counter a call meets. */
  keyFor(call: Call): string;
  /** What a call would charge; `undefined` where the summed argument is missing, negative or no finite number. */
  amountOf(args: JsonValue): number | undefined;
};

/** Prepares the limit at a position of a rule's limits, the shorthand being the last. */
export function compileLimit(
  limit: Limit,
  rulePointer: JsonPointer,
  index: number,
  rule: Rule,
): CompiledLimit {
  const isShorthand = index === (rule.limits ?? []).length;
  const canonical = `${rulePointer}/limits/${index}`;
  const steps = limit.sum === undefined ? undefined : parsePath(limit.sum);
  return {
    pointer: isShorthand ? `${rulePointer}/rate_limit` : canonical,
    reason: limit.on_deny ?? limitWords(limit),
    max: limit.max,
    windowMs: windowMs(limit.window),
    keyFor: keyMaker(limit, canonical),
    amountOf: steps === undefined ? () => 1 : (args) => sumOf(args, steps, 0),
  };
}

/**
 * A counter's key: server, grant, session (as far as the scope goes), name and window. A limit without a name is named
 * by its place in the canonical form, so that both spellings of a policy share counters.
 */
function keyMaker({ scope = 'grant', counter, window }: Limit, pointer: JsonPointer) {
  const name = counter === undefined ? `rule:${pointer}` : `counter:${counter}`;
  const length = windowMs(window);
  // Calls come in runs from one caller, so the last key is nearly always the next one too.
  let last: { server: string; grant: string; session: string | undefined; key: string } | undefined;
  return ({ server, grant = 'local', session }: Call): string => {
    if (last && last.server === server && last.grant === grant && last.session === session) {
      return last.key;
    }
    const who =
      scope === 'server'
        ? []
        : scope === 'grant' || session === undefined
          ? [grant]
          : [grant, session];
    const key = JSON.stringify([server, ...who, name, length]);
    last = { server, grant, session, key };
    return key;
  };
}

// Bounded by the steps of the path, and by the size of the arguments.
function sumOf(
  value: JsonValue | undefined,
  steps: readonly Step[],
  from: number,
): number | undefined {
  const each = steps.indexOf('each', from);
  if (each === -1) return amount(readSteps(value, steps, from));
  const list = readSteps(value, steps.slice(0, each), from);
  if (!Array.isArray(list)) return undefined;
  let sum = 0;
  for (const item of list) {
    const part = sumOf(item, steps, each + 1);
    if (part === undefined) return undefined;
    sum = addAmounts(sum, part);
  }
  return amount(sum);
}

function amount(value: JsonValue | undefined): number | undefined {
  const isAmount = typeof value === 'number' && Number.isFinite(value) && value >= 0;
  // Minus zero is zero, and must not be printed as another number.
  return isAmount ? value + 0 : undefined;
}

/** True unless it counts calls up to a broken number. */
export const isWholeOrSum = ({ max, sum }: { max: number; sum?: string | undefined }) =>
  sum !== undefined || Number.isInteger(max);
