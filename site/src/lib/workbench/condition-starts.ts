import { isJsonObject, type JsonValue, own } from '@toolwarden/catalogue';
import type { Argument, Rule } from '@toolwarden/policy';

export type Condition = NonNullable<Rule['require']>[number];
export type ArgumentTest = Extract<Condition, { op: string }>;
export type OperatorId = ArgumentTest['op'];

/** What an operator is called in a form. */
export const operatorTitles: Record<OperatorId, string> = {
  eq: 'is',
  neq: 'is not',
  lt: 'is less than',
  lte: 'is at most',
  gt: 'is more than',
  gte: 'is at least',
  in: 'is one of',
  not_in: 'is none of',
  exists: 'is given',
  contains: 'contains',
  matches: 'matches as a whole',
  regex: 'matches somewhere',
  within: 'lies within',
  host_in: 'has its host among',
  max_length: 'is at most so long',
  max_items: 'has at most so many items',
};

/** Operators that make sense for an argument, the likeliest first. */
export function operatorsFor({ types, schema, name }: Argument): OperatorId[] {
  const found: OperatorId[] = [];
  if (valuesOf(schema).length > 0) found.push('in', 'not_in');
  if (types.has('number') || types.has('integer')) found.push('lte', 'gte', 'lt', 'gt');
  if (types.has('array')) found.push('max_items', 'contains');
  if (types.has('string') || types.size === 0) {
    if (isAddress({ schema, name })) found.push('host_in');
    if (isPath(name)) found.push('within');
    found.push('max_length', 'matches', 'contains', 'in', 'host_in', 'within', 'regex');
  }
  return [...new Set<OperatorId>([...found, 'eq', 'neq', 'exists'])];
}

/** A condition to start from, made from what the schema says of an argument. */
export function startCondition(argument: Argument, op?: OperatorId): ArgumentTest {
  const chosen = op ?? operatorsFor(argument)[0] ?? 'exists';
  return { path: argument.path, op: chosen, value: startValue(argument, chosen) } as ArgumentTest;
}

function startValue({ schema, types }: Argument, op: OperatorId): JsonValue {
  const number = (key: string, otherwise: number) => {
    const value = own(schema, key);
    return typeof value === 'number' ? value : otherwise;
  };
  const isNumber = types.has('number') || types.has('integer');
  switch (op) {
    case 'in':
      return valuesOf(schema).length > 0 ? valuesOf(schema) : ['example'];
    case 'not_in':
      return [valuesOf(schema)[0] ?? 'example'];
    case 'lte':
    case 'lt':
      return number('maximum', 100);
    case 'gte':
    case 'gt':
      return number('minimum', 0);
    case 'max_items':
      return number('maxItems', 10);
    case 'max_length':
      return number('maxLength', 1000);
    case 'within':
      return ['/workspace'];
    case 'host_in':
      return ['example.com'];
    case 'exists':
      return true;
    case 'matches':
      return '.*';
    case 'regex':
      return '^.*$';
    default:
      return types.has('boolean') ? false : isNumber ? 0 : '';
  }
}

function valuesOf(schema: unknown): (string | number)[] {
  const values = own(schema, 'enum');
  return Array.isArray(values)
    ? values.filter((value) => typeof value === 'string' || typeof value === 'number')
    : [];
}

const isAddress = ({ schema, name }: Pick<Argument, 'schema' | 'name'>) =>
  /ur[il]|href|webhook|endpoint/i.test(name) ||
  (isJsonObject(schema) && own(schema, 'format') === 'uri');
const isPath = (name: string) => /path|file|dir|folder|cwd|root/i.test(name);

/** A value as a person types it: lists by commas, all else as JSON or, failing that, as the text it is. */
export function printValue(value: JsonValue): string {
  if (Array.isArray(value)) return value.map((each) => printValue(each)).join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/**
 * The opposite of `printValue`, for an operator and the kind of value that stands there; undefined while what was typed
 * so far is no value of it.
 */
export function readValue(text: string, op: OperatorId, before: JsonValue): JsonValue | undefined {
  const number = text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : undefined;
  if (LISTS.has(op)) return readList(text, before);
  if (NUMBERS.has(op)) return number;
  if (op === 'exists') return text === 'true';
  if (PATTERNS.has(op)) return text === '' ? undefined : text;
  if (typeof before === 'number' && number !== undefined) return number;
  if (typeof before === 'boolean' && /^(true|false)$/.test(text)) return text === 'true';
  return text;
}

const LISTS = new Set<OperatorId>(['in', 'not_in', 'within', 'host_in']);
const NUMBERS = new Set<OperatorId>(['lt', 'lte', 'gt', 'gte', 'max_length', 'max_items']);
const PATTERNS = new Set<OperatorId>(['matches', 'regex']);

function readList(text: string, before: JsonValue): JsonValue[] | undefined {
  const isNumbers = Array.isArray(before) && before.some((each) => typeof each === 'number');
  const parts = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  if (parts.length === 0) return undefined;
  return parts.map((part) => (isNumbers && Number.isFinite(Number(part)) ? Number(part) : part));
}
