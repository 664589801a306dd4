import { escapePointer, type JsonPointer } from '@toolwarden/catalogue';
import type { Problem } from '../finding.ts';
import { covers } from '../glob.ts';
import { limitsOf } from '../normalise.ts';
import type { Policy } from '../policy.ts';
import { windowMs } from '../window.ts';
import { error, type PlacedRule, placedRules, refusesAlways, warning } from './places.ts';

/** What shows only when the rules of a document are seen together. */
export function lintDocument(policy: Policy): Problem[] {
  const rules = placedRules(policy);
  return [
    ...nothingAllowed(policy, rules),
    ...hiddenButRuled(policy),
    ...shadowed(rules),
    ...unreachedApprovals(policy, rules),
    ...mixedCounters(rules),
    ...sessionScopes(rules),
    ...sessionFlows(policy),
  ];
}

const allows = ({ part, rule }: PlacedRule) =>
  !refusesAlways(rule) && (part === 'tools' || (part === 'classes' && rule.action === 'allow'));

function nothingAllowed(policy: Policy, rules: readonly PlacedRule[]): Problem[] {
  const isPlainRefusal = rules.some(({ part, rule }) => part === 'tools' && refusesAlways(rule));
  const hasRestrictions = rules.length > 0 || (policy.hide ?? []).length > 0;
  if (policy.default === 'allow' || !hasRestrictions || isPlainRefusal || rules.some(allows)) {
    return [];
  }
  const message =
    'nothing here allows a tool, so the default refuses every call; name tools under "tools", or set "default": "allow"';
  return [warning('/default', 'nothing-allowed', message)];
}

function hiddenButRuled({ hide = [], tools = {} }: Policy): Problem[] {
  return Object.keys(tools).flatMap((key) => {
    const by = hide.find((pattern) => covers(pattern, key));
    return by === undefined
      ? []
      : [
          warning(
            `/tools/${escapePointer(key)}`,
            'hidden-and-ruled',
            `"hide" holds ${JSON.stringify(by)}, so every call is refused and this rule never matters`,
          ),
        ];
  });
}

function shadowed(rules: readonly PlacedRule[]): Problem[] {
  const named = rules.filter(({ part }) => part === 'tools');
  const refusing = named.filter(({ rule }) => refusesAlways(rule));
  return named.flatMap((inner) => {
    const by = refusing.find(
      (outer) => outer !== inner && covers(outer.key as string, inner.key as string),
    );
    if (by === undefined || refusesAlways(inner.rule)) return [];
    const message = `${JSON.stringify(by.key)} refuses every call that this key selects; any deny wins, so this rule never matters`;
    return [error(inner.pointer, 'shadowed', message)];
  });
}

function unreachedApprovals(policy: Policy, rules: readonly PlacedRule[]): Problem[] {
  if (policy.default === 'allow' || rules.some(allows)) return [];
  return rules
    .filter(({ part, rule }) => part !== 'tools' && (rule.action === 'approve' || rule.approve_if))
    .map(({ pointer }) =>
      warning(
        pointer,
        'approval-never-reached',
        'only restricts, and nothing allows a tool, so nobody is ever asked; name tools under "tools"',
      ),
    );
}

function mixedCounters(rules: readonly PlacedRule[]): Problem[] {
  const uses = rules.flatMap(({ pointer, rule }) =>
    limitsOf(rule).flatMap((limit, index) =>
      limit.counter === undefined
        ? []
        : [
            {
              limit,
              at: `${pointer}/limits/${index}`,
              key: JSON.stringify([limit.counter, limit.scope ?? 'grant', windowMs(limit.window)]),
            },
          ],
    ),
  );
  return [...Map.groupBy(uses, ({ key }) => key).values()].flatMap(([first, ...others]) =>
    others
      .filter(({ limit }) => limit.sum !== first?.limit.sum)
      .map(({ at, limit }) =>
        warning(
          at,
          'mixed-counter',
          `counter ${JSON.stringify(limit.counter)} adds up different things; give each its own name`,
        ),
      ),
  );
}

function sessionScopes(rules: readonly PlacedRule[]): Problem[] {
  return rules.flatMap(({ pointer, rule }) =>
    (rule.limits ?? []).flatMap(({ scope }, index) =>
      scope === 'session' ? [sessionScope(`${pointer}/limits/${index}/scope`)] : [],
    ),
  );
}

function sessionFlows({ flows = [] }: Policy): Problem[] {
  return flows.flatMap(({ scope }, index) =>
    scope === 'session' ? [sessionScope(`/flows/${index}/scope`)] : [],
  );
}

const sessionScope = (pointer: JsonPointer) =>
  warning(
    pointer,
    'session-scope',
    'connections of the stateless era have no session; there this counts per grant',
  );
