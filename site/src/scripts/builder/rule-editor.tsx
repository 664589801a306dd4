import type { CatalogueTool, JsonValue } from '@toolwarden/catalogue';
import { argumentsOf, type Limit, type Rule } from '@toolwarden/policy';
import { useMemo } from 'preact/hooks';
import {
  type ArgumentTest,
  type Condition,
  type OperatorId,
  operatorsFor,
  operatorTitles,
  printValue,
  readValue,
  startCondition,
} from '../../lib/workbench/condition-starts.ts';
import { withPart, withRule } from '../../lib/workbench/policy-edits.ts';
import { Crawled } from '../parts/crawled.tsx';
import type { Bench } from './use-bench.ts';

type Arguments = ReturnType<typeof argumentsOf>;
type Change<Item> = (item: Item | undefined, kind?: string) => void;

/** Limits and conditions of one tool's rule. */
export function RuleEditor({
  bench,
  tool,
  rule,
}: {
  bench: Bench;
  tool: CatalogueTool;
  rule: Rule;
}) {
  const { name } = tool.definition;
  const known = useMemo(() => argumentsOf(tool), [tool]);
  const limits = rule.limits ?? [];
  const require = rule.require ?? [];
  const setLimits = (list: Limit[], kind?: string) =>
    bench.edit((policy) => withPart(policy, name, 'limits', list), kind);
  const setRequire = (list: Condition[], kind?: string) =>
    bench.edit((policy) => withPart(policy, name, 'require', list), kind);
  const others = (['deny_if', 'approve_if', 'rate_limit', 'approval', 'response'] as const).filter(
    (key) => rule[key] !== undefined,
  );
  return (
    <div class="rule-editor">
      <fieldset>
        <legend>Limits</legend>
        {limits.map((limit, index) => (
          <LimitLine
            key={index}
            limit={limit}
            known={known}
            label={`limit ${index + 1} of ${name}`}
            onChange={(next, kind) =>
              setLimits(replaced(limits, index, next), kind && `${kind} ${name} ${index}`)
            }
          />
        ))}
        <button
          type="button"
          class="more"
          onClick={() => setLimits([...limits, { window: 'hour', max: 10 }])}
        >
          Add a limit
        </button>
      </fieldset>
      <fieldset>
        <legend>Must hold, else the call is denied</legend>
        {require.map((condition, index) => (
          <ConditionLine
            key={index}
            condition={condition}
            known={known}
            label={`condition ${index + 1} of ${name}`}
            onChange={(next, kind) =>
              setRequire(replaced(require, index, next), kind && `${kind} ${name} ${index}`)
            }
          />
        ))}
        {known.length === 0 ? (
          <p class="note">This tool takes no arguments.</p>
        ) : (
          <select
            aria-label={`Add a condition to ${name}`}
            value=""
            onChange={(event) => {
              const argument = known.find(({ path }) => path === event.currentTarget.value);
              event.currentTarget.value = '';
              if (argument) setRequire([...require, startCondition(argument)]);
            }}
          >
            <option value="">Add a condition on …</option>
            {known.map(({ path, name: title }) => (
              <option key={path} value={path}>
                {title}
              </option>
            ))}
          </select>
        )}
      </fieldset>
      {others.length > 0 && (
        <p class="note">Also in this rule, edited as JSON: {others.join(', ')}.</p>
      )}
      <button
        type="button"
        class="more"
        onClick={() =>
          bench.edit((policy) => withRule(policy, name, rule.action ? { action: rule.action } : {}))
        }
      >
        Drop all limits and conditions
      </button>
    </div>
  );
}

function replaced<Item>(list: readonly Item[], index: number, next: Item | undefined): Item[] {
  return list.flatMap((item, at) => (at !== index ? [item] : next === undefined ? [] : [next]));
}

const WINDOWS = ['minute', 'hour', 'day', '7d'];
const SCOPES = ['grant', 'session', 'server'] as const;

function LimitLine({
  limit,
  known,
  label,
  onChange,
}: {
  limit: Limit;
  known: Arguments;
  label: string;
  onChange: Change<Limit>;
}) {
  const { sum: _sum, ...counting } = limit;
  const numbers = known.filter(({ types }) => types.has('number') || types.has('integer'));
  const windows = WINDOWS.includes(limit.window) ? WINDOWS : [limit.window, ...WINDOWS];
  return (
    <div class="rule-line">
      <label>
        at most{' '}
        <input
          type="number"
          min="0"
          step={limit.sum === undefined ? '1' : 'any'}
          value={limit.max}
          aria-label={`Most of ${label}`}
          onInput={({ currentTarget: { valueAsNumber } }) => {
            if (Number.isFinite(valueAsNumber)) onChange({ ...limit, max: valueAsNumber }, 'max');
          }}
        />
      </label>
      <select
        value={limit.sum ?? ''}
        aria-label={`What ${label} counts`}
        onChange={({ currentTarget: { value } }) =>
          onChange(value === '' ? counting : { ...limit, sum: value })
        }
      >
        <option value="">calls</option>
        {limit.sum !== undefined && !numbers.some(({ path }) => path === limit.sum) && (
          <option value={limit.sum}>of {limit.sum}</option>
        )}
        {numbers.map(({ path, name }) => (
          <option key={path} value={path}>
            of {name}
          </option>
        ))}
      </select>
      <select
        value={limit.window}
        aria-label={`Window of ${label}`}
        onChange={({ currentTarget: { value } }) => onChange({ ...limit, window: value })}
      >
        {windows.map((window) => (
          <option key={window} value={window}>
            in any {window}
          </option>
        ))}
      </select>
      <select
        value={limit.scope ?? 'grant'}
        aria-label={`Who shares ${label}`}
        onChange={({ currentTarget: { value } }) =>
          onChange({ ...limit, scope: SCOPES.find((scope) => scope === value) ?? 'grant' })
        }
      >
        <option value="grant">for each grant</option>
        <option value="session">for each session</option>
        <option value="server">for everybody</option>
      </select>
      <button type="button" onClick={() => onChange(undefined)} aria-label={`Remove ${label}`}>
        Remove
      </button>
    </div>
  );
}

function ConditionLine({
  condition,
  known,
  label,
  onChange,
}: {
  condition: Condition;
  known: Arguments;
  label: string;
  onChange: Change<Condition>;
}) {
  const remove = (
    <button type="button" onClick={() => onChange(undefined)} aria-label={`Remove ${label}`}>
      Remove
    </button>
  );
  if (!('op' in condition))
    return (
      <div class="rule-line">
        <code>
          <Crawled text={JSON.stringify(condition)} length={300} />
        </code>
        {remove}
      </div>
    );
  const argument = known.find(({ path }) => path === condition.path.replace(/\[\*\]$/, ''));
  const offered = argument ? operatorsFor(argument) : [];
  const operators = offered.includes(condition.op) ? offered : [condition.op, ...offered];
  const setOperator = (op: OperatorId) =>
    onChange(argument ? { ...startCondition(argument, op), path: condition.path } : condition);
  return (
    <div class="rule-line">
      <code>
        <Crawled text={condition.path.replace(/^args\./, '')} length={60} />
      </code>
      <select
        value={condition.op}
        aria-label={`Operator of ${label}`}
        onChange={({ currentTarget: { value } }) => setOperator(value as OperatorId)}
      >
        {operators.map((op) => (
          <option key={op} value={op}>
            {operatorTitles[op]}
          </option>
        ))}
      </select>
      <ValueField condition={condition} label={label} onChange={onChange} />
      {remove}
    </div>
  );
}

function ValueField({
  condition,
  label,
  onChange,
}: {
  condition: ArgumentTest;
  label: string;
  onChange: Change<Condition>;
}) {
  const value = condition.value as JsonValue;
  const set = (text: string) => {
    const next = readValue(text, condition.op, value);
    if (next !== undefined) onChange({ ...condition, value: next } as ArgumentTest, 'value');
  };
  if (typeof value === 'boolean')
    return (
      <select
        value={String(value)}
        aria-label={`Value of ${label}`}
        onChange={(event) => set(event.currentTarget.value)}
      >
        <option value="true">true</option>
        <option value="false">false</option>
      </select>
    );
  // Not controlled while it is typed into: a list with a comma at its end is not yet what it will be.
  return (
    <input
      type="text"
      spellcheck={false}
      defaultValue={printValue(value)}
      key={condition.op}
      aria-label={`Value of ${label}`}
      onInput={(event) => set(event.currentTarget.value)}
    />
  );
}
