import type { ArgumentTest, Condition } from '../condition.ts';
import type { Limit, Rule } from '../policy.ts';
import type { Argument } from './arguments.ts';

/** A rule under construction: each part keeps the sentence that says why it is there. */
export class Draft {
  readonly #rule: Rule = {};
  readonly #whys: { place: string; why: string }[] = [];
  #unbounded = 0;

  action(action: 'approve' | 'deny', reason: string, why: string): void {
    if (this.#rule.action !== undefined) return;
    this.#rule.action = action;
    this.#rule.reason = reason;
    this.#whys.push({ place: '/action', why });
  }

  /** A condition on an argument; where the argument may be left out, or be null, that passes too. */
  require(argument: Argument, test: ArgumentTest, why: string): void {
    const { path } = argument;
    const absent: Condition[] = argument.isRequired ? [] : [{ path, op: 'exists', value: false }];
    const empty: Condition[] = argument.types.has('null') ? [{ path, op: 'eq', value: null }] : [];
    const ways = [...absent, ...empty, test];
    this.#rule.require ??= [];
    this.#whys.push({ place: `/require/${this.#rule.require.length}`, why });
    this.#rule.require.push(ways.length === 1 ? test : { any: ways });
  }

  approveIf(condition: Condition, reason: string, why: string): void {
    this.#rule.approve_if ??= [];
    this.#whys.push({ place: `/approve_if/${this.#rule.approve_if.length}`, why });
    this.#rule.approve_if.push({ conditions: [condition], reason });
  }

  limit(limit: Limit, why: string): void {
    this.#rule.limits ??= [];
    this.#whys.push({ place: `/limits/${this.#rule.limits.length}`, why });
    this.#rule.limits.push(limit);
  }

  /** Arguments that should have a bound and get none: then a person sees each call. */
  leaveUnbounded(count: number): void {
    this.#unbounded = count;
    this.action(
      'approve',
      'Has more arguments than this policy bounds.',
      'A rule with a bound for each argument would be too long to read, so a person looks at each call.',
    );
  }

  get hasAction(): boolean {
    return this.#rule.action !== undefined;
  }

  /** The rule, the reasons with pointers below `base`, and how many bounds were left out. */
  finish(base: string): {
    rule: Rule;
    rules: { pointer: string; why: string }[];
    unbounded: number;
  } {
    const rules = this.#whys.map(({ place, why }) => ({ pointer: `${base}${place}`, why }));
    return { rule: this.#rule, rules, unbounded: this.#unbounded };
  }
}
