import {
  isJsonObject,
  type JsonObject,
  type JsonValue,
  own,
  parametersOf,
  type Tool,
} from '@toolwarden/catalogue';
import { type ArgumentOwner, type ArgumentSignal, signalsOf } from './argument-signals.ts';
import { compareText } from './names.ts';

/** One line of the table of arguments. */
export type ArgumentRow = {
  name: string;
  pointer: string;
  type: string;
  isRequired: boolean;
  /** `at most 200 characters`, `default "private"` …; what binds the value. */
  constraints: string[];
  /** The allowed values, as JSON texts; the rest is counted. */
  values: string[];
  moreValues: number;
  description: string | undefined;
  signals: ArgumentSignal[];
};

const SHOWN_VALUES = 12;

/** A tool's arguments, required ones first, then by name: records keep no other order. */
export function argumentRows(tool: Tool, owner: ArgumentOwner = tool): ArgumentRow[] {
  return parametersOf(tool)
    .map(({ name, pointer, isRequired, schema: stated }): ArgumentRow => {
      const schema = withoutNull(stated);
      const values = valuesOf(schema);
      const description = own(stated, 'description') ?? own(schema, 'description');
      return {
        name,
        pointer,
        type: typeOf(stated),
        isRequired,
        constraints: constraintsOf(schema),
        values: values.slice(0, SHOWN_VALUES).map((value) => cut(JSON.stringify(value))),
        moreValues: Math.max(0, values.length - SHOWN_VALUES),
        description:
          typeof description === 'string' && description !== '' ? description : undefined,
        signals: signalsOf({ name, schema }, owner),
      };
    })
    .sort((a, b) => Number(b.isRequired) - Number(a.isRequired) || compareText(a.name, b.name));
}

function variants(schema: JsonObject): JsonObject[] {
  const list = own(schema, 'anyOf') ?? own(schema, 'oneOf');
  return Array.isArray(list) ? list.filter(isJsonObject) : [];
}

/** `anyOf: [X, null]` is an X that may be null: its constraints are those of X. */
function withoutNull(schema: JsonObject): JsonObject {
  const real = variants(schema).filter((variant) => own(variant, 'type') !== 'null');
  return real.length === 1 && real[0] !== undefined ? { ...schema, ...real[0] } : schema;
}

/** The type in a few words: `list of text` is for people, `string` is what the schema says, so we keep its words. */
function typeOf(schema: JsonObject, depth = 0): string {
  const stated = own(schema, 'type');
  if (typeof stated === 'string') {
    if (stated !== 'array') return cut(stated);
    const items = own(schema, 'items');
    return isJsonObject(items) && depth < 3 ? `array of ${typeOf(items, depth + 1)}` : 'array';
  }
  if (Array.isArray(stated)) return cut(stated.map(String).join(' or '));
  const parts = depth < 3 ? variants(schema).slice(0, 6) : [];
  if (parts.length > 0)
    return [...new Set(parts.map((part) => typeOf(part, depth + 1)))].join(' or ');
  const reference = own(schema, '$ref');
  if (typeof reference === 'string') return cut(reference.slice(reference.lastIndexOf('/') + 1));
  const values = own(schema, 'enum') ?? [own(schema, 'const')];
  const kinds = new Set((Array.isArray(values) ? values : []).map((value) => typeof value));
  return kinds.size === 1 && !kinds.has('undefined') ? String([...kinds][0]) : 'any';
}

function valuesOf(schema: JsonObject): JsonValue[] {
  const items = own(schema, 'items');
  const list = own(schema, 'enum') ?? own(items, 'enum');
  if (Array.isArray(list)) return list;
  const single = own(schema, 'const');
  return single === undefined ? [] : [single];
}

const LIMITS: [keyword: string, words: (value: string) => string][] = [
  ['minimum', (value) => `at least ${value}`],
  ['exclusiveMinimum', (value) => `more than ${value}`],
  ['maximum', (value) => `at most ${value}`],
  ['exclusiveMaximum', (value) => `less than ${value}`],
  ['multipleOf', (value) => `a multiple of ${value}`],
  ['minLength', (value) => `at least ${value} characters`],
  ['maxLength', (value) => `at most ${value} characters`],
  ['minItems', (value) => `at least ${value} items`],
  ['maxItems', (value) => `at most ${value} items`],
];

function constraintsOf(schema: JsonObject): string[] {
  const found: string[] = [];
  for (const [keyword, words] of LIMITS) {
    const value = own(schema, keyword);
    // Generators write ±2^53 where they mean "no bound".
    if (typeof value === 'number' && Math.abs(value) < Number.MAX_SAFE_INTEGER)
      found.push(words(value.toLocaleString('en')));
  }
  const format = own(schema, 'format');
  if (typeof format === 'string') found.push(`format ${cut(format)}`);
  const pattern = own(schema, 'pattern');
  if (typeof pattern === 'string') found.push(`matches ${cut(pattern)}`);
  const standard = own(schema, 'default');
  if (standard !== undefined) found.push(`default ${cut(shallow(standard))}`);
  const fields = own(schema, 'properties');
  if (isJsonObject(fields) && Object.keys(fields).length > 0)
    found.push(`fields ${cut(Object.keys(fields).join(', '))}`);
  return found;
}

function shallow(value: JsonValue): string {
  const text = JSON.stringify(value);
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}

function cut(text: string): string {
  return text.length > 160 ? `${text.slice(0, 160)}…` : text;
}
