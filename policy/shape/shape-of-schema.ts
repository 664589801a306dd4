import { isJsonObject, type JsonObject, type JsonValue } from '@toolwarden/catalogue';
import * as z from 'zod';
import { type Shape, type Shapes, shapeChecks } from '../src/fits-shape.ts';

/** Words that only people and editors read. */
const UNREAD = new Set(['$schema', '$defs', 'id', 'title', 'description']);
/** Kinds of schemas that give back what they are given, and say all that they ask for in JSON Schema or by a check. */
const PLAIN = new Set(
  'object string number int boolean null enum literal array record union optional lazy'.split(' '),
);
/** Checks that JSON Schema has a word for. */
const WORDED = new Set(
  'max_length min_length greater_than less_than number_format string_format'.split(' '),
);
const REFERENCE = '#/$defs/';

/** The shape of a schema. @throws for anything in it that a shape cannot say, so that none asks for less. */
export function shapeOf(schema: z.ZodType): { shape: Shape; shapes: Shapes } {
  const made = z.toJSONSchema(schema, {
    ...{ target: 'draft-2020-12', io: 'input', reused: 'inline', cycles: 'ref' },
    override({ zodSchema, jsonSchema }) {
      const { type, checks = [] } = zodSchema._zod.def;
      if (!PLAIN.has(type) || isExactlyOne(zodSchema._zod.def)) {
        throw new Error(`a shape cannot say what ${type} asks for`);
      }
      for (const check of checks) {
        const name = checkName(check._zod.def);
        if (name !== undefined) Object.assign(jsonSchema, { check: name });
      }
    },
  }) as JsonObject;
  const defined = Object.entries((made['$defs'] ?? {}) as Record<string, JsonObject>);
  return {
    shape: stripped(made),
    shapes: Object.fromEntries(defined.map(([name, inner]) => [name, stripped(inner)])),
  };
}

/** A union that two branches may not fit at once; where a key tells the branches apart, two never do. */
const isExactlyOne = (def: { type: string; inclusive?: boolean; discriminator?: string }) =>
  def.type === 'union' && def.inclusive === false && def.discriminator === undefined;

type Check = z.core.$ZodCheckDef & { fn?: unknown; pattern?: RegExp };

function checkName(def: Check): string | undefined {
  if (def.check !== 'custom') {
    // JSON Schema has no word for the flags of a pattern.
    if (WORDED.has(def.check) && !def.pattern?.flags) return undefined;
    throw new Error(`a shape cannot say what the check ${def.check} asks for`);
  }
  const known = Object.entries(shapeChecks).find(([, check]) => check === def.fn);
  if (known === undefined) throw new Error('a check of the schema is missing in shapeChecks');
  return known[0];
}

const known = new Set(
  (
    'type enum properties required additionalProperties propertyNames items minItems maxItems minLength maxLength ' +
    'pattern minimum exclusiveMinimum maximum anyOf check'
  ).split(' '),
);

function stripped(schema: JsonObject): Shape {
  const { $ref: reference, oneOf, const: constant, type, ...rest } = schema;
  const entries = Object.entries({
    ...rest,
    ...(Array.isArray(type) ? { anyOf: type.map((each) => ({ type: each })) } : type && { type }),
    ...(oneOf && { anyOf: oneOf }),
    ...(constant !== undefined && { enum: [constant] }),
  }).filter(([word]) => !UNREAD.has(word));
  const unknown = entries.find(([word]) => !known.has(word));
  if (unknown !== undefined) throw new Error(`a shape has no word for ${unknown[0]}`);
  if (typeof reference === 'string') {
    if (entries.length > 0) throw new Error('a shape asks for nothing beside what it leads to');
    return { $ref: reference.slice(REFERENCE.length) };
  }
  if (entries.length > 1 && entries.some(([word]) => word === 'anyOf')) {
    throw new Error('a shape asks for nothing beside its branches');
  }
  return Object.fromEntries(entries.map(([word, value]) => [word, within(word, value)])) as Shape;
}

function within(word: string, value: JsonValue | undefined): unknown {
  if (word === 'anyOf') return (value as JsonObject[]).map(stripped);
  if (word === 'properties') {
    const inner = Object.entries(value as Record<string, JsonObject>);
    const shapes = inner.map(([key, each]): [string, Shape] => [key, stripped(each)]);
    // What tells the branches of a union apart comes first: most are left at once.
    return Object.fromEntries(shapes.toSorted(([, a], [, b]) => isConstant(b) - isConstant(a)));
  }
  const isSchema = ['items', 'additionalProperties', 'propertyNames'].includes(word);
  return isSchema && isJsonObject(value) ? stripped(value) : value;
}

const isConstant = ({ enum: values }: Shape) => Number(values?.length === 1);
