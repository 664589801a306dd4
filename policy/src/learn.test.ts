import type { JsonObject } from '@toolwarden/catalogue';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compilePolicy } from './compile.ts';
import { createMemoryCounters } from './counters.ts';
import { decide } from './decide.ts';
import { type Learned, learn } from './learn.ts';
import { lint } from './lint.ts';
import type { RecordedDecision } from './recorded-call.ts';

const MINUTE = 60_000;
const START = 1_800_000_000_000;

/** A recording of calls, one a minute unless said otherwise. */
function recording(tool: string, calls: JsonObject[], every = MINUTE): RecordedDecision[] {
  return calls.map((args, index) => ({
    ...{ server: 'npm:notes', tool, arguments: args, at: START + index * every },
    effect: 'deny',
  }));
}

const options = { percentile: 1, headroom: 2 };
const times = (count: number, make: (index: number) => JsonObject) =>
  Array.from({ length: count }, (_, index) => make(index));

async function effectOf({ policy }: Learned, tool: string, args: JsonObject): Promise<string> {
  const compiled = await compilePolicy(policy);
  const call = { server: 'npm:notes', tool, arguments: args };
  return decide(compiled, call, { at: START, counters: createMemoryCounters() }).effect;
}

test('tools that were called are allowed, and no others', async () => {
  const learned = await learn(recording('read', [{}, {}]), options);
  expect(await effectOf(learned, 'read', {})).toBe('allow');
  expect(await effectOf(learned, 'delete', {})).toBe('deny');
  expect(learned).toMatchObject({ calls: 2, refused: 0, withoutArguments: [] });
});

test.for<[what: string, seen: JsonObject[], passes: JsonObject[], fails: JsonObject[]]>([
  [
    'one of a few values',
    times(9, (i) => ({ kind: ['a', 'b', 'c'][i % 3] as string })),
    [{ kind: 'a' }],
    [{ kind: 'd' }, {}, { kind: ['a'] }],
  ],
  [
    'a folder',
    times(6, (i) => ({ path: `/srv/docs/${i}/x.md` })),
    [{ path: '/srv/docs/new.md' }],
    [{ path: '/srv/keys' }, { path: '/srv/docs/../../etc/passwd' }],
  ],
  [
    'hosts',
    times(6, (i) => ({ url: `https://api.acme.dev/${i}` })),
    [{ url: 'https://api.acme.dev/other' }],
    [{ url: 'https://api.acme.dev.evil.example/' }],
  ],
  [
    'a beginning',
    times(6, (i) => ({ name: `team-a/${i}.* note ${'x'.repeat(i)}` })),
    [{ name: 'team-a/0' }],
    [{ name: 'team-b/0' }],
  ],
  [
    'a number no greater than twice what was seen',
    times(6, (i) => ({ amount: i * 10 })),
    [{ amount: 100 }],
    [{ amount: 101 }, { amount: -1 }, { amount: '50' }],
  ],
  [
    'a length',
    times(6, (i) => ({ text: `${i} some words` })),
    [{ text: 'others' }],
    [{ text: 'x'.repeat(100) }],
  ],
  [
    'an argument that only some calls have',
    times(12, (i) => (i % 2 === 0 ? { flag: true } : {})),
    [{}, { flag: true }],
    [{ flag: 'yes' }],
  ],
  [
    'every item of a list',
    times(6, () => ({ to: ['a@acme.dev', 'b@acme.dev'] })),
    [{ to: ['a@acme.dev'] }],
    [{ to: ['a@acme.dev', 'eve@evil.example'] }],
  ],
])('learns %s', async ([, seen, passes, fails]) => {
  const learned = await learn(recording('t', seen), options);
  for (const args of passes) expect(await effectOf(learned, 't', args)).toBe('allow');
  for (const args of fails) expect(await effectOf(learned, 't', args)).toBe('deny');
});

test('limits come from the fullest window of a grant, with headroom, and no longer than the recording', async () => {
  // Not quite an hour, so only the minute says anything.
  const calls = times(120, () => ({}));
  const { policy } = await learn(recording('t', calls, 30_000), options);
  expect(policy.tools?.['t']?.limits).toEqual([{ max: 4, window: 'minute' }]);
});

test('a burst above the percentile is refused, and counted as such', async () => {
  const steady = recording(
    't',
    times(99, () => ({})),
  );
  const burst = recording(
    't',
    times(30, () => ({})),
    10,
  ).map((call) => ({
    ...call,
    at: (call.at ?? 0) + 200 * MINUTE,
  }));
  const learned = await learn([...steady, ...burst], { percentile: 0.7, headroom: 1 });
  expect(learned.refused).toBeGreaterThan(0);
  expect(learned.refused).toBeLessThan(30);
});

test('nothing is said about arguments that were not recorded, and the tool is named', async () => {
  const calls = recording('t', [{ a: 1 }, { a: 2 }]).map(({ arguments: _, ...call }) => call);
  const learned = await learn(calls, options);
  expect(learned.withoutArguments).toEqual(['t']);
  expect(learned.policy.tools?.['t']?.require).toBeUndefined();
});

test('names and values from outside stay data', async () => {
  const args = { ['__proto__x']: 'a', 'a.b': 'c', '"q"': 'd' };
  const learned = await learn(
    recording(
      'constructor',
      times(6, () => args),
    ),
    options,
  );
  expect(await effectOf(learned, 'constructor', args)).toBe('allow');
  expect(await effectOf(learned, 'constructor', { ...args, 'a.b': 'other' })).toBe('deny');
  expect((await learn(recording('read_*', [{}]), options)).policy.tools).toEqual({});
});

test('whatever was recorded passes under a limit that is wide enough, and the policy lints clean', async () => {
  const scalar = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null), fc.webUrl());
  const args = fc.dictionary(fc.string(), fc.oneof(scalar, fc.array(scalar)), { maxKeys: 4 });
  await fc.assert(
    fc.asyncProperty(fc.array(args, { minLength: 1, maxLength: 12 }), async (seen) => {
      const calls = recording('t', seen as JsonObject[]);
      const learned = await learn(calls, options);
      expect(learned.refused).toBe(0);
      const findings = lint(learned.policy).filter(({ severity }) => severity === 'error');
      expect(findings).toEqual([]);
    }),
    { numRuns: 60 },
  );
});

test.for(['../x', '/srv/a/../x', 'a%2f/x', 'a\\b/x'])(
  'paths that lie elsewhere than they say, such as %s, are no folder, and end nothing',
  async (path) => {
    const { policy } = await learn(
      recording(
        'read',
        times(6, (index) => ({ path: `${path}${index}` })),
      ),
      options,
    );
    expect(JSON.stringify(policy)).toContain('max_length');
    expect(JSON.stringify(policy)).not.toContain('within');
  },
);
