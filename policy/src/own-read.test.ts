import type { JsonObject } from '@toolwarden/catalogue';
import { afterEach, expect, test } from 'vitest';
import { compilePolicy } from './compile.ts';
import { decide } from './decide.ts';

const prototype = Object.prototype as unknown as Record<string, unknown>;
afterEach(() => {
  delete prototype['amount'];
});

async function effectOf(path: string, args: JsonObject) {
  const policy = await compilePolicy({
    version: '1',
    default: 'deny',
    tools: { pay: { require: [{ path, op: 'exists' }] } },
  });
  return () => decide(policy, { server: 's', tool: 'pay', arguments: args }, { at: 0 }).effect;
}

test('an argument that somebody put on the prototype of all objects is not there', async () => {
  const decided = await effectOf('args.amount', {});
  expect(decided()).toBe('deny');
  prototype['amount'] = 5;
  expect(decided()).toBe('deny');
});

test('an argument that an object has from another object is not there', async () => {
  const inherits = Object.create({ amount: 5 }) as JsonObject;
  expect((await effectOf('args.amount', inherits))()).toBe('deny');
});

test.for(['constructor', 'toString', '__proto__', 'hasOwnProperty', 'valueOf'])(
  'the name %s is there only where the caller gave it',
  async (name) => {
    expect((await effectOf(`args.${name}`, {}))()).toBe('deny');
    const given = JSON.parse(`{${JSON.stringify(name)}: 1}`) as JsonObject;
    expect((await effectOf(`args.${name}`, given))()).toBe('allow');
  },
);

test('arguments without a prototype are read as others are', async () => {
  const bare = Object.assign(Object.create(null), { amount: 5 }) as JsonObject;
  expect((await effectOf('args.amount', bare))()).toBe('allow');
});
