import type { JsonPointer, Trait } from '@toolwarden/catalogue';
import type { ClassSet } from './classes.ts';
import type { CompiledPolicy } from './compile.ts';
import type { CompiledRule } from './compile-rule.ts';
import type { Charge } from './counters.ts';
import type { Call, Facts } from './decision.ts';
import type { Policy } from './policy.ts';
import { windowMs } from './window.ts';

type Caller = Pick<Call, 'grant' | 'session'>;

/** A mark, prepared: what a call leaves behind, and what a flow rule looks for. It is a counter like any other. */
export type CompiledMark = {
  /** How long it must be remembered. */
  keptMs: number;
  /** The counter that a call leaves it in. */
  keyFor(call: Caller): string;
  /** The counters in which it is looked for. */
  keysFor(call: Caller): readonly string[];
};

/** A flow rule, prepared. */
export type CompiledFlow = {
  pointer: JsonPointer;
  after: readonly CompiledMark[];
  withinMs: number;
  action: 'deny' | 'approve';
  reason: string;
};

/** The flow rules of a policy, and which of them concern a tool. */
export type CompiledFlows = {
  of(
    classes: ClassSet,
    rules: readonly CompiledRule[],
  ): { flows: readonly CompiledFlow[]; marks: readonly CompiledMark[] };
};

/** Marks of a policy that has no flow rules itself are for another server's policy. */
const KEPT_FOR_OTHERS_MS = 3_600_000;

// A window has no end that a sum of marks could reach.
const NO_LIMIT = Number.MAX_SAFE_INTEGER;

/** Prepares the flow rules of a policy. */
export function compileFlows({ flows = [] }: Policy): CompiledFlows {
  const keptMs = Math.max(
    ...(flows.length > 0 ? flows.map(({ within }) => windowMs(within)) : [KEPT_FOR_OTHERS_MS]),
  );
  const mark = (trait: Trait, scope: Scope) => ({ keptMs, ...keysOf(trait, scope) });
  const compiled = flows.map(({ after, within, then, action, reason, scope = 'grant' }, index) => ({
    then: then.traits,
    flow: {
      pointer: `/flows/${index}`,
      after: [...new Set(after.traits)].map((trait) => mark(trait, scope)),
      withinMs: windowMs(within),
      action,
      reason: reason ?? `this may not follow ${after.traits.join(' and ')}`,
    },
  }));
  const wanted = Map.groupBy(
    // A call without a session is judged by the grant's marks, so those are always made.
    flows.flatMap(({ after, scope = 'grant' }) =>
      [...new Set<Scope>(['grant', scope])].flatMap((each) =>
        after.traits.map((trait) => ({ trait, scope: each })),
      ),
    ),
    ({ trait, scope }) => `${scope} ${trait}`,
  );
  const asked = [...wanted.values()].flatMap(([first]) => (first ? [first] : []));
  return {
    of(classes, rules) {
      const named = rules.flatMap(({ marks }) => marks ?? []);
      if (flows.length === 0) {
        return { flows: [], marks: [...new Set(named)].map((trait) => mark(trait, 'grant')) };
      }
      const carried = traitsOf(classes, rules, named);
      return {
        flows: compiled.filter(({ then }) => then.some(carried)).map(({ flow }) => flow),
        marks: asked
          .filter(({ trait }) => carried(trait))
          .map(({ trait, scope }) => mark(trait, scope)),
      };
    },
  };
}

type Scope = 'grant' | 'session';

/**
 * What flow rules see of a tool. What nobody has judged carries everything, unless the policy itself says what it
 * carries; to what was judged the policy can only add.
 */
function traitsOf(
  { keys, isJudged }: ClassSet,
  rules: readonly CompiledRule[],
  named: readonly Trait[],
): (trait: Trait) => boolean {
  const isSaid = rules.some(({ marks }) => marks !== undefined);
  return (trait) => named.includes(trait) || ((isJudged || !isSaid) && keys.has(`trait:${trait}`));
}

/**
 * A rule for one session also looks at what calls without a session left: one agent may mix both eras, and what it read in
 * one must not leave by the other. A call without a session is judged by all that marked its grant.
 */
function keysOf(trait: Trait, scope: Scope): Pick<CompiledMark, 'keyFor' | 'keysFor'> {
  // INVARIANT: ends in a text, so that it is never the key of a limit, which ends in the length of its window.
  const key = (...who: (string | null)[]) => JSON.stringify(['mark', ...who, trait]);
  if (scope === 'grant') {
    const keys = remembered(({ grant = 'local' }) => [key(grant)]);
    return { keyFor: (call) => keys(call)[0] as string, keysFor: keys };
  }
  const own = remembered(({ grant = 'local', session = null }) => [key(grant, session)]);
  const looked = remembered(({ grant = 'local', session }) =>
    session === undefined ? [key(grant)] : [key(grant, session), key(grant, null)],
  );
  return { keyFor: (call) => own(call)[0] as string, keysFor: looked };
}

// Calls of one connection come one after another.
function remembered(make: (call: Caller) => readonly string[]): CompiledMark['keysFor'] {
  type Last = { grant: string | undefined; session: string | undefined; keys: readonly string[] };
  let last: Last | undefined;
  return (call) => {
    const { grant, session } = call;
    if (last === undefined || last.grant !== grant || last.session !== session) {
      last = { grant, session, keys: make(call) };
    }
    return last.keys;
  };
}

/**
 * What a call leaves behind for flow rules, to be charged with it where it is sent on. Servers share marks: the key
 * names no server.
 */
export function marksOf(
  policy: CompiledPolicy,
  call: Call,
  facts: Pick<Facts, 'classification' | 'definition'>,
): Charge[] {
  const { marks } = policy.planFor(call, facts);
  if (marks.length === 0) return [];
  // A policy may name one mark under several rules.
  const kept = new Map(marks.map(({ keyFor, keptMs }) => [keyFor(call), keptMs]));
  return [...kept].map(([key, windowMs]) => ({
    ...{ key, charged: 1, used: 0, max: NO_LIMIT, windowMs },
  }));
}
