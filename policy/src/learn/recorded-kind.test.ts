import { expect, test } from 'vitest';
import { learn } from '../learn.ts';
import type { RecordedDecision } from '../recorded-call.ts';

const START = 1_800_000_000_000;
const options = { percentile: 1, headroom: 2 };

function asked(method: string, name: string, args: object = {}, server = 'mail'): RecordedDecision {
  return {
    server,
    tool: name,
    at: START,
    effect: 'allow',
    method,
    fields: { args: args as never },
  };
}

test('resources, prompts and what servers asked are learned beside tools, and a completion is not', async () => {
  const recording = [
    asked('tools/call', 'send', { to: 'a' }),
    ...['resources/read', 'resources/subscribe', 'subscriptions/listen'].map((method) =>
      asked(method, `mail://${method}`),
    ),
    asked('prompts/get', 'reply', { tone: 'kind' }),
    asked('sampling/createMessage', 'sampling'),
    asked('elicitation/create', 'elicitation'),
    asked('completion/complete', 'reply', { tone: 'k' }),
  ];
  const { policy, calls, refused } = await learn(recording, options);
  expect(Object.keys(policy.tools ?? {})).toEqual(['send']);
  expect(Object.keys(policy.resources ?? {})).toEqual([
    ...['mail://resources/read', 'mail://resources/subscribe', 'mail://subscriptions/listen'],
  ]);
  expect(policy.prompts).toMatchObject({ reply: { require: [{ path: 'args.tone' }] } });
  expect(policy).toMatchObject({ sampling: { limits: [{}] }, elicitation: { limits: [{}] } });
  expect([calls, refused]).toEqual([7, 0]);
});

test('many addresses are allowed by the folders they lie in, and a star in one opens nothing', async () => {
  const many = Array.from({ length: 30 }, (_, n) =>
    asked('resources/read', `x://notes/${n % 2}/${n}`),
  );
  const star = asked('resources/read', 'x://secret/*');
  const { policy, refused } = await learn([...many, star], options);
  expect(Object.keys(policy.resources ?? {})).toEqual(['x://notes/0/*', 'x://notes/1/*']);
  expect(refused).toBe(1);
});

test('a folder is allowed where many were read in it, what lies deeper with it, and no scheme as a whole', async () => {
  const read = (address: string) => asked('resources/read', address);
  const recording = [
    ...Array.from({ length: 12 }, (_, n) => read(`file:///srv/notes/${n}`)),
    ...Array.from({ length: 12 }, (_, n) => read(`file:///srv/notes/old/${n}`)),
    ...Array.from({ length: 12 }, (_, n) => read(`file:///dir${n}/a`)),
    ...Array.from({ length: 12 }, (_, n) => read(`file:///${n}`)),
    ...[read('file:///x\n/y'), read('file:///srv/notes/../../etc/passwd')],
  ];
  const { policy, refused } = await learn(recording, options);
  const keys = Object.keys(policy.resources ?? {});
  expect(keys.filter((key) => key.includes('*'))).toEqual(['file:///srv/notes/*']);
  expect(keys).toContain('file:///dir3/a');
  expect(keys).toHaveLength(1 + 12 + 12 + 2);
  expect(refused).toBe(0);
});

test.for(['', '__proto__', 'a'.repeat(257)])(
  'the name %j can be no key: it stays refused, and all else is learned',
  async (name) => {
    const recording = ['tools/call', 'prompts/get', 'resources/read'].flatMap((method) => [
      asked(method, name),
      asked(method, 'x://known'),
    ]);
    const { policy, refused } = await learn(recording, options);
    for (const part of ['tools', 'prompts', 'resources'] as const)
      expect(Object.keys(policy[part] ?? {})).toEqual(['x://known']);
    expect(refused).toBe(3);
  },
);

test('one policy over several servers is as tight as the fullest of them needs', async () => {
  const calls = ['a', 'b'].flatMap((server) =>
    [1, 2, 3].map(() => asked('tools/call', 'read', {}, server)),
  );
  const { policy, refused } = await learn(calls, options);
  expect(policy.tools?.['read']?.limits).toEqual([{ window: 'minute', max: 6 }]);
  expect(refused).toBe(0);
});
