import type { JsonObject } from '@toolwarden/catalogue';
import { afterEach, expect, test } from 'vitest';
import { createHarness, openTool } from '../testing/harness.ts';

type Harness = Awaited<ReturnType<typeof createHarness>>;
const all: Harness[] = [];
// INVARIANT: every run is checked, whatever the test itself looks at.
afterEach(() => {
  for (const harness of all.splice(0)) expect(harness.broken({ clientLeft: true })).toEqual([]);
});

const _meta = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: {}, url: {} } },
};
const done = { content: [], resultType: 'complete' };

async function start(tools: object) {
  const harness = await createHarness({
    policy: { version: '1', default: 'allow', ...tools } as never,
    tools: [openTool('pay')],
    script: ({ method }) => (method === 'tools/list' || method === 'initialize' ? undefined : done),
  });
  all.push(harness);
  const last = () => [...harness.state.approvals.values()].at(-1);
  const approve = () => harness.state.answer(last()?.id ?? '', 'approved');
  return { harness, last, approve };
}

test.for([
  ['tools/call', { tools: { pay: { action: 'approve' } } }, { name: 'pay', arguments: {} }],
  ['resources/read', { resources: { 'x://a': { action: 'approve' } } }, { uri: 'x://a' }],
  ['prompts/get', { prompts: { p: { action: 'approve' } } }, { name: 'p' }],
] as const)(
  'C10: %s is approved with the answers it carries, and sent with those',
  async ([method, policy, params]) => {
    const { harness, last, approve } = await start(policy);
    const send = (more: JsonObject) => harness.request(method, { ...params, ...more, _meta });
    const sent = () => harness.serverGot().filter((each) => each.method === method);
    const answers = { inputResponses: { to: { action: 'accept', content: { to: 'ann' } } } };
    await send(answers);
    expect(last()?.replies).toEqual(answers);
    approve();
    await send({ inputResponses: { to: { action: 'accept', content: { to: 'eve' } } } });
    await send({ ...answers, requestState: 'other' });
    await send({});
    expect(sent()).toEqual([]);
    await send(answers);
    expect(sent()).toEqual([expect.objectContaining({ params: { ...params, ...answers, _meta } })]);
    await send(answers);
    expect(sent()).toHaveLength(1);
  },
);
