import type { JsonObject } from '@toolwarden/catalogue';
import { expect, test } from 'vitest';
import { argumentRows } from './argument-rows.ts';
import { signalsOf } from './argument-signals.ts';

const rows = (properties: JsonObject, required: string[] = []) =>
  argumentRows({ name: 't', inputSchema: { type: 'object', properties, required } });
const signals = (name: string, schema: JsonObject = { type: 'string' }) =>
  signalsOf({ name, schema }).map(({ id }) => id);

test('required arguments come first, then all by name', () => {
  const found = rows({ b: {}, a: {}, z: {} }, ['z']);
  expect(found.map(({ name, isRequired }) => [name, isRequired])).toEqual([
    ['z', true],
    ['a', false],
    ['b', false],
  ]);
});

test('types and bounds are said in words', () => {
  const [row] = rows({
    size: { type: 'integer', minimum: 1, maximum: 1000, default: 20 },
  });
  expect(row).toMatchObject({
    type: 'integer',
    constraints: ['at least 1', 'at most 1,000', 'default 20'],
  });
  expect(
    rows({ tags: { type: 'array', items: { type: 'string' }, maxItems: 3 } })[0],
  ).toMatchObject({
    type: 'array of string',
    constraints: ['at most 3 items'],
  });
});

test('a value that may be null has the bounds of what else it may be', () => {
  const [row] = rows({ n: { anyOf: [{ type: 'string', maxLength: 9 }, { type: 'null' }] } });
  expect(row).toMatchObject({ type: 'string or null', constraints: ['at most 9 characters'] });
});

test('allowed values are shown up to a number and then counted', () => {
  const [row] = rows({ v: { enum: Array.from({ length: 40 }, (_, i) => i) } });
  expect(row?.values).toHaveLength(12);
  expect(row?.moreValues).toBe(28);
});

test('a generator’s largest number is no bound', () => {
  expect(
    rows({ n: { type: 'integer', maximum: Number.MAX_SAFE_INTEGER } })[0]?.constraints,
  ).toEqual([]);
});

test('schemas of any shape are read without a throw', () => {
  const deep: JsonObject = {};
  let at = deep;
  for (let i = 0; i < 2000; i++) {
    const next: JsonObject = {};
    at['anyOf'] = [next, { type: 'null' }, {}];
    at = next;
  }
  const properties: JsonObject = {
    a: true,
    b: { type: 7 },
    c: { type: ['string', 3] },
    constructor: { enum: 'no' },
    deep,
    d: { items: [{}], properties: [] },
  };
  expect(rows(properties)).toHaveLength(6);
  expect(argumentRows({ name: 't', inputSchema: { properties: 'none' } })).toEqual([]);
});

test('signals are read from an argument’s own name and type', () => {
  expect(signals('command')).toEqual(['command']);
  expect(signals('shellCommand')).toEqual(['command']);
  expect(signals('countryCode')).toEqual([]);
  expect(signals('sql')).toEqual(['query']);
  expect(signals('callback_url')).toEqual(['url']);
  expect(signals('target', { type: 'string', format: 'uri' })).toEqual(['url']);
  expect(signals('filePath')).toEqual(['path']);
  expect(signals('to')).toEqual(['recipient']);
  expect(signals('amount', { type: 'integer' })).toEqual(['amount']);
  expect(signals('apiKey')).toEqual(['secret']);
  expect(signals('nextPageToken')).toEqual([]);
  expect(signals('force', { type: 'boolean' })).toEqual(['switch']);
  expect(signals('ids', { type: 'array' })).toEqual(['many']);
  expect(signals('ids', { type: 'array', maxItems: 5 })).toEqual([]);
  expect(signals('payload', { type: 'object' })).toEqual(['open-object']);
  expect(signals('title')).toEqual([]);
  expect(signals('command', { type: 'string', enum: ['a', 'b'] })).toEqual([]);
});
