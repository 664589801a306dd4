import { compactJson, escapePointer, type JsonPointer } from '@toolwarden/catalogue';
import { approvalTerms, joinApprovals } from './approval-terms.ts';
import { covers, isPattern } from './glob.ts';
import { refusesAlways } from './lint/places.ts';
import { limitsOf } from './normalise.ts';
import type { Limit, Policy, Rule } from './policy.ts';
import { joinResponses } from './response.ts';
import { windowMs, windowText } from './window.ts';

/** Something that the two policies say differently, and what was kept. */
export type Conflict = { pointer: JsonPointer; message: string };

/** A policy to which another was added. */
export type Merged = { policy: Policy; conflicts: Conflict[] };

/**
 * Adds the tools of a fragment to a policy. What the policy already refuses, asks about or limits stays so: where both
 * speak of a tool, both sets of conditions hold and the stricter action wins. Every disagreement is named.
 */
export function merge(base: Policy, fragment: Policy): Merged {
  const conflicts: Conflict[] = [];
  const tell = (pointer: JsonPointer, message: string) => conflicts.push({ pointer, message });
  if (base.default !== fragment.default) {
    tell(
      '/default',
      `one says "${base.default}", the other "${fragment.default}"; "${base.default}" stays`,
    );
  }
  const tools = mergeNamed(base.tools, withoutOpenings(base, fragment, tell), '/tools', tell);
  const classes = mergeClasses(base, fragment, tell);
  const all = mergeOptional(base.all_tools, fragment.all_tools, '/all_tools', tell);
  const hide = unique([...(base.hide ?? []), ...(fragment.hide ?? [])]);
  const flows = unique([...(base.flows ?? []), ...(fragment.flows ?? [])]);
  const pinning = stricterPinning(base.pinning, fragment.pinning);
  const others = mergeOthers(base, fragment, tell);
  const policy: Policy = {
    ...base,
    ...(hide.length > 0 && { hide }),
    ...(all && { all_tools: all }),
    ...(tools && { tools }),
    ...(classes && { classes }),
    ...(flows.length > 0 && { flows }),
    ...others,
    ...(pinning && { pinning }),
  };
  nameOverruled(base, fragment, tell);
  return { policy, conflicts };
}

type Tell = (pointer: JsonPointer, message: string) => void;
type Rules = Record<string, Rule>;

function mergeNamed(
  base: Rules | undefined,
  added: Rules | undefined,
  at: string,
  tell: Tell,
): Rules | undefined {
  if (added === undefined) return base;
  const merged = Object.entries(added).map(([key, rule]): [string, Rule] => {
    const known = base && Object.hasOwn(base, key) ? base[key] : undefined;
    return [key, known ? mergeRule(known, rule, `${at}/${escapePointer(key)}`, tell) : rule];
  });
  return Object.fromEntries([...Object.entries(base ?? {}), ...merged]);
}

// A pattern under a default of deny opens tools that nobody has looked at, now or when the server adds them.
function withoutOpenings(base: Policy, { tools }: Policy, tell: Tell): Rules | undefined {
  if (tools === undefined || base.default === 'allow') return tools;
  const kept = Object.entries(tools).filter(([key, rule]) => {
    const opens = isPattern(key) && rule.action !== 'deny' && !Object.hasOwn(base.tools ?? {}, key);
    if (opens)
      tell(
        `/tools/${escapePointer(key)}`,
        'would open every tool of such a name; left out, add it by hand if you mean it',
      );
    return !opens;
  });
  return kept.length > 0 ? Object.fromEntries(kept) : undefined;
}

// A class that allows opens tools that the fragment does not name; that is for a person to decide.
function mergeClasses(base: Policy, fragment: Policy, tell: Tell): Policy['classes'] {
  const added = Object.entries(fragment.classes ?? {}).filter(([key, rule]) => {
    const isKnown = Object.hasOwn(base.classes ?? {}, key);
    const opens = rule?.action === 'allow' && !isKnown;
    if (opens)
      tell(
        `/classes/${escapePointer(key)}`,
        'would allow a whole class; left out, add it by hand if you mean it',
      );
    return !opens;
  });
  if (added.length === 0) return base.classes;
  return mergeNamed(
    base.classes as Rules,
    Object.fromEntries(added) as Rules,
    '/classes',
    tell,
  ) as Policy['classes'];
}

function mergeOptional(
  base: Rule | undefined,
  added: Rule | undefined,
  at: string,
  tell: Tell,
): Rule | undefined {
  return base && added ? mergeRule(base, added, at, tell) : (base ?? added);
}

/** What the two say of other things than tools. */
function mergeOthers(base: Policy, fragment: Policy, tell: Tell): Partial<Policy> {
  const others: Partial<Policy> = {};
  for (const part of ['resources', 'prompts'] as const) {
    const merged = mergeNamed(base[part], fragment[part], `/${part}`, tell);
    if (merged) others[part] = merged;
  }
  for (const part of ['sampling', 'elicitation'] as const) {
    const merged = mergeOptional(base[part], fragment[part], `/${part}`, tell);
    if (merged) others[part] = merged;
  }
  return others;
}

const STRICTNESS = { deny: 3, approve: 2, none: 1, allow: 1 } as const;

function mergeRule(base: Rule, added: Rule, at: string, tell: Tell): Rule {
  const isBaseStricter = STRICTNESS[base.action ?? 'none'] >= STRICTNESS[added.action ?? 'none'];
  const lead = isBaseStricter ? base : added;
  if (STRICTNESS[base.action ?? 'none'] !== STRICTNESS[added.action ?? 'none']) {
    tell(`${at}/action`, `one says ${said(base)}, the other ${said(added)}; ${said(lead)} holds`);
  }
  const { action: _action, reason: _reason, rate_limit: _rate, ...rest } = { ...added, ...base };
  const require = unique([...(base.require ?? []), ...(added.require ?? [])]);
  const denyIf = unique([...(base.deny_if ?? []), ...(added.deny_if ?? [])]);
  const approveIf = unique([...(base.approve_if ?? []), ...(added.approve_if ?? [])]);
  const limits = mergeLimits(limitsOf(base), limitsOf(added), at, tell);
  const marks = unique([...(base.marks ?? []), ...(added.marks ?? [])]);
  const response = joinResponses(base.response, added.response);
  const approval = mergeApprovals(base, added);
  return {
    ...(lead.action && { action: lead.action }),
    ...(lead.reason !== undefined && { reason: lead.reason }),
    ...rest,
    ...(require.length > 0 && { require }),
    ...(denyIf.length > 0 && { deny_if: denyIf }),
    ...(approveIf.length > 0 && { approve_if: approveIf }),
    ...(limits.length > 0 && { limits }),
    ...((base.marks ?? added.marks) && { marks }),
    ...(response && { response }),
    ...(approval && { approval }),
  };
}

/** The shorter time of each holds, as where two rules apply to one call. */
function mergeApprovals(base: Rule, added: Rule): Rule['approval'] {
  const joined = joinApprovals(approvalTerms(base), approvalTerms(added));
  if (joined === undefined) return undefined;
  const { timeoutMs, holdMs } = joined;
  return {
    ...(timeoutMs !== undefined && { timeout: windowText(timeoutMs) }),
    ...(holdMs !== undefined && { hold: windowText(holdMs) }),
  };
}

const said = ({ action }: Rule) => (action === undefined ? 'no action' : `"${action}"`);

/** Limits of one counter become one, at the lower maximum; others stand beside each other. */
function mergeLimits(base: Limit[], added: Limit[], at: string, tell: Tell): Limit[] {
  const merged = [...base];
  for (const limit of added) {
    const index = merged.findIndex((known) => sameCounter(known, limit));
    const known = merged[index];
    if (known === undefined) merged.push(limit);
    else if (known.max !== limit.max) {
      const max = Math.min(known.max, limit.max);
      tell(`${at}/limits/${index}`, `one says ${known.max}, the other ${limit.max}; ${max} holds`);
      merged[index] = { ...known, max };
    }
  }
  return merged;
}

function sameCounter(a: Limit, b: Limit): boolean {
  const key = ({ counter, scope = 'grant', window, sum }: Limit) =>
    JSON.stringify([counter, scope, windowMs(window), sum]);
  return key(a) === key(b);
}

function nameOverruled(base: Policy, fragment: Policy, tell: Tell): void {
  for (const [key, rule] of Object.entries(fragment.tools ?? {})) {
    if (refusesAlways(rule)) continue;
    const at = `/tools/${escapePointer(key)}`;
    const hidden = (base.hide ?? []).find((pattern) => covers(pattern, key));
    if (hidden !== undefined)
      tell(at, `stays refused, because "hide" holds ${JSON.stringify(hidden)}`);
    const refusing = Object.entries(base.tools ?? {}).find(
      ([other, known]) => other !== key && refusesAlways(known) && covers(other, key),
    );
    if (refusing) tell(at, `stays refused, because ${JSON.stringify(refusing[0])} refuses it`);
  }
}

function stricterPinning(a: Policy['pinning'], b: Policy['pinning']): Policy['pinning'] {
  return (['enforce', 'warn', 'off'] as const).find((mode) => mode === a || mode === b);
}

function unique<Item>(items: readonly Item[]): Item[] {
  const seen = new Set<string>();
  return items.filter((item) => {
    const text = compactJson(item);
    return !seen.has(text) && seen.add(text);
  });
}
