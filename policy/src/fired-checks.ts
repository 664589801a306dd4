import { type JsonObject, own } from '@toolwarden/catalogue';
import type { Check } from './compile-rule.ts';
import { hasOnlyOwn } from './own-read.ts';

/** The checks that take effect; `undefined` for none. This is the engine's innermost loop. */
export function firedChecks(checks: readonly Check[], args: JsonObject): Check[] | undefined {
  let fired: Check[] | undefined;
  const isPlain = hasOnlyOwn(args);
  for (const check of checks) {
    const { key } = check;
    const value = key === undefined ? args : isPlain ? args[key] : own(args, key);
    const truth = value === undefined ? check.absent : check.present(value);
    if (truth === 'error') fired = and(fired, failed(check));
    else if ((truth === 'true') === check.firesIfTrue) fired = and(fired, check);
  }
  return fired;
}

function and(checks: Check[] | undefined, check: Check): Check[] {
  if (checks === undefined) return [check];
  checks.push(check);
  return checks;
}

function failed(check: Check): Check {
  const reason = `could not be judged, so it refuses: ${check.reason}`;
  return { ...check, under: 'error', reason, refusal: { ...check.refusal, reason } };
}
