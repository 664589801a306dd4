import { isJsonObject, type JsonObject, type JsonValue } from '@toolwarden/catalogue';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { loadCases } from '../cases/load-cases.ts';
import { policyJsonSchema } from './json-schema.ts';
import { policySchema } from './policy.ts';

const schema = policyJsonSchema();
// Strict: a keyword that the dialect does not know would check nothing.
const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(schema);

const documents = new Map(
  loadCases().map(({ policy }) => [JSON.stringify(policy), policy as unknown as JsonObject]),
);

test('every policy of the cases is valid by the JSON Schema too', () => {
  expect(documents.size).toBeGreaterThan(200);
  const refused = [...documents].filter(([, document]) => !validate(document));
  expect(refused.map(([text]) => text)).toEqual([]);
});

/** Documents that differ from a valid one in one place: a key more, a key less, or a value of another type. */
function* spoilt(value: JsonValue): Generator<JsonValue> {
  if (Array.isArray(value)) {
    yield {};
    for (const [index, item] of value.entries()) {
      for (const other of spoilt(item)) yield value.with(index, other);
    }
  } else if (isJsonObject(value)) {
    yield { ...value, 'not a key': 1 };
    yield 5;
    for (const [key, inner] of Object.entries(value)) {
      const { [key]: _, ...without } = value;
      yield without;
      for (const other of spoilt(inner)) yield { ...value, [key]: other };
    }
  } else {
    yield [];
    yield typeof value === 'string' ? true : 'text';
  }
}

test('what the JSON Schema refuses zod refuses, and what zod alone refuses is what no JSON Schema can say', () => {
  // Refinements: that a path or pattern can be read, a folder or host normalised, a number of calls is whole.
  const BEYOND = /path|expected a (path|folder|host)|whole number|366 days|__proto__/;
  let both = 0;
  for (const document of documents.values()) {
    for (const other of spoilt(document)) {
      const parsed = policySchema.safeParse(other);
      const isValid = validate(other);
      if (!isValid) expect({ other, isValid: parsed.success }).toEqual({ other, isValid: false });
      else if (!parsed.success) expect(JSON.stringify(parsed.error.issues)).toMatch(BEYOND);
      if (!isValid && !parsed.success) both++;
    }
  }
  expect(both).toBeGreaterThan(1000);
});

test('every field and every definition of the JSON Schema is described', () => {
  const bare: string[] = [];
  const walk = (value: JsonValue, at: string): void => {
    if (Array.isArray(value)) {
      for (const [index, item] of value.entries()) walk(item, `${at}/${index}`);
      return;
    }
    if (!isJsonObject(value)) return;
    for (const [key, inner] of Object.entries(value)) {
      const isField = at.endsWith('/properties') && !/\/(op|value)$/.test(`/${key}`);
      if (isField && !(isJsonObject(inner) && 'description' in inner)) bare.push(`${at}/${key}`);
      walk(inner, `${at}/${key}`);
    }
  };
  walk(schema, '');
  expect(bare).toEqual([]);
  expect(schema['$schema']).toBe('https://json-schema.org/draft/2020-12/schema');
});
