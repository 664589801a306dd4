import type { JsonObject, Trait } from '@toolwarden/catalogue';
import { expect, test } from 'vitest';
import { compilePolicy } from './compile.ts';
import { type Counters, createMemoryCounters } from './counters.ts';
import { decide } from './decide.ts';
import type { Call, Facts } from './decision.ts';

const START = { version: '1', default: 'deny' } as const;
const call: Call = { server: 's', tool: 't', grant: 'g' };

async function decideOnce(
  rule: object,
  {
    facts = {},
    ...changes
  }: Partial<Call> & { facts?: Partial<Facts>; arguments?: JsonObject } = {},
) {
  const policy = await compilePolicy({ ...START, tools: { t: rule } });
  return decide(
    policy,
    { ...call, ...changes },
    { at: 0, counters: createMemoryCounters(), ...facts },
  );
}

const deny = (reason: string) => ({ conditions: [], on_deny: reason });

test('a call that meets nothing names the rule that allows it, and meets no counter', async () => {
  expect(await decideOnce({})).toMatchObject({
    effect: 'allow',
    rules: ['/tools/t'],
    reason: 'a rule allows this tool',
    counters: [],
  });
});

test('a call that one rule refuses names it alone, and meets no counter', async () => {
  expect(await decideOnce({ deny_if: [deny('no')] })).toMatchObject({
    effect: 'deny',
    rules: ['/tools/t/deny_if/0'],
    reason: 'no',
    counters: [],
  });
});

test('what the default allows says so', async () => {
  const policy = await compilePolicy({ version: '1', default: 'allow' });
  expect(decide(policy, call, { at: 0 })).toMatchObject({
    rules: ['/default'],
    reason: 'the default allows this tool',
  });
});

test('up to three reasons are given, each once, in the order of their rules, and the rest counted', async () => {
  const reasonFor = async (...reasons: string[]) =>
    (await decideOnce({ deny_if: reasons.map(deny) })).reason;
  expect(await reasonFor('b', 'a')).toBe('b; a');
  expect(await reasonFor('b', 'a', 'b')).toBe('b; a');
  expect(await reasonFor('b', 'a', 'c')).toBe('b; a; c');
  expect(await reasonFor('b', 'a', 'c', 'd', 'e')).toBe('b; a; c; and 2 more');
  const rules = { action: 'deny', reason: 'first', deny_if: [deny('second')], require: [] };
  expect((await decideOnce(rules)).reason).toBe('first; second');
});

test('reasons stand in the order of pointers, not of the document', async () => {
  const policy = await compilePolicy({
    ...START,
    tools: { t: { deny_if: [deny('exact')] }, 't*': { deny_if: [deny('pattern')] } },
    all_tools: { deny_if: [deny('all')] },
    classes: { 'category:Write': { deny_if: [deny('class')] } },
  });
  const decision = decide(policy, call, { at: 0 });
  expect(decision.reason).toBe('all; class; pattern; and 1 more');
  expect(decision.rules).toEqual(decision.rules.toSorted());
});

test('what could not be judged says so', async () => {
  const rule = { require: [{ path: 'args.x', op: 'lte', value: 5 }] };
  const { reason } = await decideOnce(rule, { arguments: { x: Number.POSITIVE_INFINITY } });
  expect(reason).toBe('could not be judged, so it refuses: x must be a number of at most 5');
});

test('a person who has approved opens what asks, and nothing else', async () => {
  const asked = { action: 'approve', reason: 'big' };
  expect((await decideOnce(asked)).effect).toBe('approve');
  const approved = { facts: { isApproved: true } };
  expect(await decideOnce(asked, approved)).toMatchObject({
    effect: 'allow',
    rules: ['/tools/t/action'],
    reason: 'big',
  });
  expect((await decideOnce({ ...asked, deny_if: [deny('no')] }, approved)).effect).toBe('deny');
});

const limit = { window: 'minute', max: 2 };
const key = (...parts: unknown[]) => JSON.stringify(parts);

test('without counters every limit refuses', async () => {
  const policy = await compilePolicy({ ...START, tools: { t: { limits: [limit, limit] } } });
  expect(decide(policy, call, { at: 0 })).toMatchObject({
    effect: 'deny',
    rules: ['/tools/t/limits/0', '/tools/t/limits/1'],
    reason: 'the counters cannot be read',
    counters: [],
  });
});

test('an allowed call shows what it charges and what the window then holds, others charge nothing', async () => {
  const counters = createMemoryCounters();
  const charge = {
    key: key('s', 'g', 'counter:c', 60_000),
    charged: 1,
    used: 0,
    max: 2,
    windowMs: 60_000,
  };
  counters.charge([charge], 0);
  const rule = { limits: [{ ...limit, counter: 'c' }] };
  expect((await decideOnce(rule, { facts: { counters } })).counters).toEqual([
    { ...charge, used: 2 },
  ]);
  const asked = await decideOnce({ ...rule, action: 'approve' }, { facts: { counters } });
  expect(asked.counters).toEqual([{ ...charge, charged: 0, used: 1 }]);
  counters.charge([charge], 0);
  const full = await decideOnce(rule, { facts: { counters } });
  expect(full).toMatchObject({ effect: 'deny', reason: 'at most 2 calls a minute' });
  expect(full.counters).toEqual([{ ...charge, charged: 0, used: 2 }]);
});

test('limits with one key meet one counter: the greatest amount, the least maximum', async () => {
  const shared = { counter: 'c', window: 'day' };
  const rule = {
    limits: [
      { ...shared, max: 50, sum: 'args.a' },
      { ...shared, max: 40, sum: 'args.b' },
      { ...shared, max: 60, sum: 'args.c' },
    ],
  };
  const { counters, effect } = await decideOnce(rule, { arguments: { a: 7, b: 30, c: 9 } });
  expect(effect).toBe('allow');
  expect(counters).toMatchObject([{ charged: 30, used: 30, max: 40 }]);
});

test('counters are sorted by key and named by server, grant, session, name and window', async () => {
  const limits = [
    { ...limit, counter: 'z' },
    { ...limit, counter: 'a', scope: 'server' },
    { ...limit, counter: 'm', scope: 'session' },
    limit,
  ];
  const keysOf = async (changes: Partial<Call>) =>
    (await decideOnce({ limits }, changes)).counters.map((counter) => counter.key);
  expect(await keysOf({ session: '1' })).toEqual(
    [
      key('s', 'g', 'counter:z', 60_000),
      key('s', 'counter:a', 60_000),
      key('s', 'g', '1', 'counter:m', 60_000),
      key('s', 'g', 'rule:/tools/t/limits/3', 60_000),
    ].sort(),
  );
  expect(await keysOf({})).toContain(key('s', 'g', 'counter:m', 60_000));
});

test('a call without a grant is counted as the local one, and each caller has counters of its own', async () => {
  const policy = await compilePolicy({ ...START, tools: { t: { limits: [limit] } } });
  const facts = { at: 0, counters: createMemoryCounters() };
  const keyOf = (one: Call) => decide(policy, one, facts).counters[0]?.key;
  const names = [{ server: 's', tool: 't' }, call, { ...call, server: 'r' }, call].map(keyOf);
  expect(names[0]).toBe(key('s', 'local', 'rule:/tools/t/limits/0', 60_000));
  expect(names[1]).toBe(names[3]);
  expect(new Set(names).size).toBe(3);
});

test.for([undefined, null, -1, '5', [5], {}, Number.POSITIVE_INFINITY])(
  'an amount of %s is none, and the limit refuses with what it wants',
  async (amount) => {
    const rule = { limits: [{ ...limit, sum: 'args.n', on_deny: 'too much' }] };
    const args = amount === undefined ? {} : { n: amount as never };
    expect(await decideOnce(rule, { arguments: args })).toMatchObject({
      effect: 'deny',
      reason: 'the amount must be a number of 0 or more: too much',
    });
  },
);

test('a sum over items is none where one of them has no amount', async () => {
  const rule = { limits: [{ ...limit, max: 9, sum: 'args.list[*].n' }] };
  const chargedFor = async (...list: JsonObject[]) => {
    const { effect, counters } = await decideOnce(rule, { arguments: { list } });
    return effect === 'allow' ? counters[0]?.charged : effect;
  };
  expect(await chargedFor({ n: 2 }, { n: 3 })).toBe(5);
  expect(await chargedFor({ n: 2 }, {})).toBe('deny');
  expect(await chargedFor()).toBe(0);
  expect(await chargedFor({ n: -0 })).toBe(0);
});

test('a refused call reads what on_deny says', async () => {
  const rule = { limits: [{ ...limit, max: 0, on_deny: 'enough' }] };
  expect((await decideOnce(rule)).reason).toBe('enough');
});

test('a flow applies for as long as every mark of it is young enough, and where marks are not known it refuses', async () => {
  const policy = await compilePolicy({
    version: '1',
    default: 'allow',
    flows: [
      {
        after: { traits: ['private_data', 'untrusted_content'] },
        within: 'minute',
        then: { traits: ['destructive'] },
        action: 'approve',
      },
    ],
  });
  const effectAfter = (marks: Partial<Record<Trait, number>> | undefined, at = 100_000) => {
    const used = (key: string, windowMs: number) => {
      const marked = marks?.[JSON.parse(key).at(-1) as Trait];
      return marked !== undefined && at - marked < windowMs ? 1 : 0;
    };
    return decide(policy, call, { at, ...(marks && { counters: { used } }) });
  };
  const both = { private_data: 90_000, untrusted_content: 95_000 };
  expect(effectAfter(both)).toMatchObject({ effect: 'approve', rules: ['/flows/0'] });
  expect(effectAfter(both, 149_999).effect).toBe('approve');
  expect(effectAfter(both, 150_000).effect).toBe('allow');
  expect(effectAfter({ private_data: 90_000 }).effect).toBe('allow');
  expect(effectAfter({ ...both, private_data: 200_000 }).effect).toBe('approve');
  expect(effectAfter(undefined)).toMatchObject({
    effect: 'deny',
    rules: ['/flows/0'],
    reason: 'what came before this call is not known',
  });
});

test('receipts are told apart, and giving one back leaves the others', () => {
  const counters: Counters = createMemoryCounters();
  const one = { key: 'k', charged: 1, used: 0, max: 9, windowMs: 1000 };
  const receipts = [0, 0, 0].map((at) => counters.charge([one], at));
  expect(new Set(receipts.map((receipt) => receipt?.id)).size).toBe(3);
  counters.undo({ id: 99 });
  expect(counters.used('k', 1000, 0)).toBe(3);
});

test('a call that is charged nothing does not move the clock', () => {
  const counters = createMemoryCounters();
  counters.charge([], 10_000);
  const one = { key: 'k', charged: 1, used: 0, max: 1, windowMs: 1000 };
  counters.charge([one], 0);
  expect(counters.used('k', 1000, 1000)).toBe(0);
});
