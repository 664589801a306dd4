import { compactJson } from '@toolwarden/catalogue';
import type { ArgumentTest } from '../condition.ts';
import type { Problem } from '../finding.ts';
import { limitsOf } from '../normalise.ts';
import type { Limit } from '../policy.ts';
import { limitWords } from '../rule-words.ts';
import { windowMs } from '../window.ts';
import { findContradictions } from './contradictions.ts';
import { error, type PlacedRule, placedTests, refusesAlways, warning } from './places.ts';

/** What can be said of one rule object by itself. */
export function lintRule(placed: PlacedRule): Problem[] {
  return [
    ...deadParts(placed),
    ...findContradictions(placed),
    ...uselessLimits(placed),
    ...duplicates(placed),
    ...patterns(placed),
    ...weakAddressTests(placed),
  ];
}

function deadParts({ pointer, rule, part }: PlacedRule): Problem[] {
  const found: Problem[] = [];
  if (rule.reason !== undefined && rule.action === undefined) {
    found.push(
      warning(
        `${pointer}/reason`,
        'no-effect',
        'a reason without an action is never shown; add "action"',
      ),
    );
  }
  if (part === 'all_tools' && rule.action === 'allow') {
    found.push(
      warning(
        '/all_tools/action',
        'no-effect',
        'all_tools only restricts; to allow by default, set "default": "allow"',
      ),
    );
  }
  if (!refusesAlways(rule)) return found;
  const dead = (['require', 'approve_if', 'limits', 'rate_limit'] as const).filter(
    (key) => rule[key] !== undefined,
  );
  const alsoAllows = rule.action === 'allow' || rule.action === 'approve';
  return [
    ...found,
    ...dead.map((key) =>
      warning(
        `${pointer}/${key}`,
        'no-effect',
        `this rule refuses every call, so "${key}" never matters`,
      ),
    ),
    ...(alsoAllows
      ? [
          error(
            `${pointer}/action`,
            'contradiction',
            `"${rule.action}" beside an entry of "deny_if" that always matches: every call is refused`,
          ),
        ]
      : []),
  ];
}

const BREADTH = { session: 0, grant: 1, server: 2 } as const;

function uselessLimits({ pointer, rule }: PlacedRule): Problem[] {
  const limits = limitsOf(rule);
  return limits.flatMap((limit, index) => {
    const at = `${pointer}${index < (rule.limits ?? []).length ? `/limits/${index}` : '/rate_limit'}`;
    if (limit.max === 0) {
      return [
        warning(
          at,
          'always-denied',
          'a limit of 0 refuses every call; "action": "deny" says so plainly',
        ),
      ];
    }
    const tighter = limits.find(
      (other, place) => place !== index && binds(other, limit, place < index),
    );
    if (tighter === undefined) return [];
    const message = `${limitWords(limit)} is never reached, because ${limitWords(tighter)} stands beside it`;
    return [warning(at, 'limit-without-effect', message)];
  });
}

/** True where `tighter` refuses whatever `limit` would; of two equal ones, the earlier counts. */
function binds(tighter: Limit, limit: Limit, isEarlier: boolean): boolean {
  const isBroader = BREADTH[tighter.scope ?? 'grant'] >= BREADTH[limit.scope ?? 'grant'];
  const isLonger = windowMs(tighter.window) >= windowMs(limit.window);
  if (tighter.sum !== limit.sum || !isBroader || !isLonger || tighter.max > limit.max) return false;
  const isSame =
    tighter.max === limit.max && tighter.window === limit.window && tighter.scope === limit.scope;
  return !isSame || isEarlier;
}

function duplicates({ pointer, rule }: PlacedRule): Problem[] {
  return (['require', 'deny_if', 'approve_if'] as const).flatMap((key) => {
    const seen = new Set<string>();
    return (rule[key] ?? []).flatMap((entry, index) => {
      const text = compactJson(entry);
      if (!seen.has(text)) {
        seen.add(text);
        return [];
      }
      return [
        warning(
          `${pointer}/${key}/${index}`,
          'duplicate-rule',
          'the same stands here twice; remove one',
        ),
      ];
    });
  });
}

const isPattern = ({ op }: ArgumentTest) => op === 'regex' || op === 'matches';
// Cheap signs of syntax that the linear-time engine refuses; the engine has the last word when the policy is compiled.
const REFUSED = /\(\?(?:[=!]|<[=!])|\\[1-9]/;

function patterns(placed: PlacedRule): Problem[] {
  return placedTests(placed).flatMap(({ pointer, test, under, isNegated }) => {
    if (!isPattern(test)) return [];
    const pattern = String(test.value);
    if (REFUSED.test(pattern)) {
      return [
        error(
          `${pointer}/value`,
          'pattern-refused',
          'look-around and back-references are not part of the pattern language (RE2)',
        ),
      ];
    }
    const isAnchored = /^(\(\?[a-z]+\))?(\^|\\A)/.test(pattern) && /(\$|\\z)$/.test(pattern);
    const mustHold = under === 'require' ? !isNegated : isNegated;
    return test.op === 'regex' && mustHold && !isAnchored
      ? [
          error(
            `${pointer}/op`,
            'pattern-unanchored',
            '"regex" is found anywhere, so other text around it passes; use "matches", or anchor it with ^ and $',
          ),
        ]
      : [];
  });
}

const TEXT_TESTS = ['contains', 'regex', 'matches'];
const PATH_NAME = /(path|file|dir|directory|folder)s?$/i;
const URL_NAME = /(url|uri|webhook|endpoint)s?$/i;

function weakAddressTests(placed: PlacedRule): Problem[] {
  const tests = placedTests(placed);
  return tests.flatMap(({ pointer, test }) => {
    if (!TEXT_TESTS.includes(test.op)) return [];
    const name = test.path.replace(/(\[\*\]|"\])+$/, '');
    const better = PATH_NAME.test(name) ? 'within' : URL_NAME.test(name) ? 'host_in' : undefined;
    const isCovered = tests.some(
      (other) => other.test.op === better && other.test.path === test.path,
    );
    if (better === undefined || isCovered) return [];
    const way =
      better === 'within' ? '.. and percent-coding' : 'user names and other spellings of a host';
    return [
      warning(
        pointer,
        'weak-address-test',
        `a test of the text of ${test.path} can be walked round with ${way}; use "${better}"`,
      ),
    ];
  });
}
