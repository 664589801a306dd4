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

const counted = (at: number, used: number, charged = 1): Happening => ({
  ...{ kind: 'recorded', callId: `c${at}`, tool: 't', arguments: {}, effect: 'allow', at },
  counters: [{ key: 'k', charged, used, windowMs: 1000 }],
});
const sample = (more: object = {}): Happening => ({
  ...{ kind: 'sampled', rssKb: 1000, files: 20, children: 1 },
  ...more,
});
const lost: Happening = { kind: 'lost', what: 'the store' };

test('windows that pass, charges given back and things that come back break nothing', () => {
  const run: Happening[] = [
    ...[sample(), counted(1, 1), counted(500, 2), counted(1400, 2)],
    ...[{ kind: 'given-back', callId: 'c1400' } as const, counted(1450, 2)],
    ...[lost, { kind: 'restored' } as const, recorded({}), arrived({})],
    ...[sample({ files: 40, rssKb: 3000 }), sample({ files: 22, rssKb: 2500 })],
    { kind: 'client-got', client: 'a', line: '{"method":"x","params":"of a"}' },
  ];
  const options = { canaries: { a: 'of a' }, bounds: { rssKb: 3000, files: 40 } };
  expect(brokenInvariants(run, options)).toEqual([]);
});

test('the arguments of an audit are compared by their hash', () => {
  const run: Happening[] = [
    { ...(recorded({}) as object), arguments: '{"a":1}!' } as Happening,
    arrived({ a: 1 }),
  ];
  const hashOf = (text: string) => `${text}!`;
  expect(brokenInvariants(run, { hashOf })).toEqual([]);
  expect(brokenInvariants([run[0] as Happening, arrived({ a: 2 })], { hashOf })).toHaveLength(1);
});

test.for<[string, Happening[], string]>([
  ['a counter that forgot', [counted(1, 1), counted(2, 2), counted(3, 1)], 'I3'],
  ['a counter that a restart emptied', [counted(1, 1), counted(999, 1)], 'I3'],
  ['a call while something is missing', [recorded({}), lost, arrived({})], 'I4'],
  [
    "another's canary",
    [{ kind: 'client-got', client: 'b', line: '{"method":"x","params":"of a"}' }],
    'I6',
  ],
  ['too much memory', [sample({ rssKb: 5000 })], 'I8'],
  ['files left open', [sample(), sample({ files: 30 })], 'I8'],
  ['a process left behind', [sample(), sample({ children: 3 })], 'I8'],
  ['a call without a record', [arrived({})], 'I1'],
  ['a record that came after', [arrived({}), recorded({})], 'I1'],
  ['a record of other arguments', [recorded({ a: 1 }), arrived({ a: 2 })], 'I1'],
  ['a call that was denied', [recorded({}, 'deny'), arrived({})], 'I1'],
  ['one record for two calls', [recorded({}), arrived({}), arrived({})], 'I1'],
  ['one call too many', [1, 2, 3].flatMap(() => [recorded({}), arrived({})]), 'I2'],
  ['a frame of two readings', [{ kind: 'server-got', line: '{"a":1,"a":2}' }], 'I5'],
  ['a secret', [line('client-got', { method: 'x', params: { a: 'canary' } })], 'I7'],
  ['a secret on stderr', [{ kind: 'wrote', where: 'stderr', line: 'a canary' }], 'I7'],
  ['a secret in the audit', [{ kind: 'wrote', where: 'audit', line: '{"a":"canary"}' }], 'I7'],
  ['a process that outlived its gateway', [{ kind: 'outlived', pid: 7 }], 'I9'],
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
  const options = {
    ...{ ceilings: { t: 2 }, secrets: ['canary'], canaries: { a: 'of a' } },
    bounds: { rssKb: 4000 },
  };
  const found = brokenInvariants(run, options);
  // And nothing else: each check stands for itself.
  expect(new Set(found.map((each) => each.slice(0, 2)))).toEqual(new Set([invariant]));
});
