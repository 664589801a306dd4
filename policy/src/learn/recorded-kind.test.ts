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

test('one policy over several servers is as tight as the fullest of them needs', async () => {
  const calls = ['a', 'b'].flatMap((server) =>
    [1, 2, 3].map(() => asked('tools/call', 'read', {}, server)),
  );
  const { policy, refused } = await learn(calls, options);
  expect(policy.tools?.['read']?.limits).toEqual([{ window: 'minute', max: 6 }]);
  expect(refused).toBe(0);
});
