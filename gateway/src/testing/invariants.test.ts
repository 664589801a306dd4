import { expect, test } from 'vitest';
import { brokenInvariants, type Happening } from './invariants.ts';

const recorded = (args: object, effect: 'allow' | 'deny' = 'allow'): Happening => ({
  ...{ kind: 'recorded', callId: 'c1', tool: 't', effect },
  arguments: args as { [key: string]: number },
});
const line = (kind: 'client-sent' | 'client-got' | 'server-got', value: object): Happening => ({
  kind,
  line: JSON.stringify({ jsonrpc: '2.0', ...value }),
});
const arrived = (args: object) =>
  line('server-got', { id: 1, method: 'tools/call', params: { name: 't', arguments: args } });

test('a good run breaks nothing', () => {
  const run = [
    line('client-sent', { id: 1, method: 'tools/call' }),
    recorded({ a: 1 }),
    arrived({ a: 1 }),
    line('client-got', { id: 1, result: {} }),
  ];
  expect(brokenInvariants(run, { ceilings: { t: 1 }, secrets: ['canary'] })).toEqual([]);
});

test.for<[string, Happening[], string]>([
  ['a call without a record', [arrived({})], 'I1'],
  ['a record that came after', [arrived({}), recorded({})], 'I1'],
  ['a record of other arguments', [recorded({ a: 1 }), arrived({ a: 2 })], 'I1'],
  ['a call that was denied', [recorded({}, 'deny'), arrived({})], 'I1'],
  ['one record for two calls', [recorded({}), arrived({}), arrived({})], 'I1'],
  ['one call too many', [recorded({}), arrived({}), recorded({}), arrived({})], 'I2'],
  ['a frame of two readings', [{ kind: 'server-got', line: '{"a":1,"a":2}' }], 'I5'],
  ['a secret', [line('client-got', { method: 'x', params: { a: 'canary' } })], 'I7'],
  ['no answer', [line('client-sent', { id: 1, method: 'ping' })], 'I9'],
  [
    'two answers',
    [
      line('client-sent', { id: 1, method: 'ping' }),
      line('client-got', { id: 1, result: {} }),
      line('client-got', { id: 1, result: {} }),
    ],
    'I9',
  ],
])('the checker sees %s', ([, run, invariant]) => {
  const found = brokenInvariants(run, { ceilings: { t: 1 }, secrets: ['canary'] });
  expect(found.map((each) => each.slice(0, 2))).toContain(invariant);
});
