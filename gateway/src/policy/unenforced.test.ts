import type { JsonObject } from '@toolwarden/catalogue';
import { type Policy, policySchema } from '@toolwarden/policy';
import { expect, test } from 'vitest';
import { createHarness, openTool } from '../testing/harness.ts';

/** What happens where a policy has the field: it is refused at start, it judges, or it is for people only. */
type Fate =
  | { refused: object[] }
  | { blocks: object; of?: string; refused?: object[] }
  | 'for people'
  | 'the base';

const rule = (more: object) => ({ tools: { act: more } });
const soon = { max: 0, window: 'hour' };
const wrong = [{ path: 'args.x', op: 'eq', value: 1 }];

const topFields: Record<string, Fate> = {
  $schema: 'for people',
  name: 'for people',
  description: 'for people',
  version: 'the base',
  default: { blocks: { default: 'deny' } },
  hide: { blocks: { hide: ['act'] } },
  all_tools: { blocks: { all_tools: { action: 'deny' } } },
  tools: { blocks: rule({ action: 'deny' }) },
  classes: { blocks: { classes: { 'level:Critical': { action: 'deny' } } } },
  flows: {
    blocks: {
      flows: [
        {
          after: { traits: ['untrusted_content'] },
          within: '10m',
          then: { traits: ['communicates_externally'] },
          action: 'deny',
        },
      ],
    },
    of: 'the second call',
  },
  resources: { blocks: { resources: { 'x://a': { action: 'deny' } } }, of: 'resources/read' },
  prompts: { blocks: { prompts: { p: { action: 'deny' } } }, of: 'prompts/get' },
  sampling: { blocks: { sampling: { action: 'deny' } }, of: 'sampling/createMessage' },
  elicitation: { blocks: { elicitation: { action: 'deny' } }, of: 'elicitation/create' },
  pinning: { blocks: { pinning: 'enforce' } },
};

const inAsks = (more: object): object[] => [{ sampling: more }, { elicitation: more }];

const ruleFields: Record<string, Fate> = {
  action: { blocks: rule({ action: 'approve' }) },
  reason: 'for people',
  require: { blocks: rule({ require: wrong }) },
  deny_if: { blocks: rule({ deny_if: [{ conditions: [] }] }) },
  approve_if: { blocks: rule({ approve_if: [{ conditions: [] }] }) },
  limits: { blocks: rule({ limits: [soon] }) },
  rate_limit: { blocks: rule({ rate_limit: { max: 0, window: 60 } }) },
  approval: { refused: inAsks({ approval: { timeout: '5m' } }) },
  response: {
    blocks: rule({ response: { max_bytes: 1 } }),
    of: 'the result',
    refused: inAsks({ response: { max_bytes: 1 } }),
  },
  marks: {
    blocks: {
      ...rule({ marks: ['financial'] }),
      flows: [
        {
          after: { traits: ['financial'] },
          within: '10m',
          then: { traits: ['financial'] },
          action: 'deny',
        },
      ],
    },
    of: 'the second call',
    refused: inAsks({ marks: [] }),
  },
};

const start = (more: object) =>
  createHarness({
    policy: { version: '1', default: 'allow', ...more } as Policy,
    tools: [openTool('act')],
    capabilities: { sampling: {}, elicitation: {} },
    script: ({ method }) => (method === 'tools/list' ? undefined : { content: [] }),
  });

/** Whether what the method asks for gets through to the side it is for. */
async function passes(policy: object, method = 'tools/call'): Promise<boolean> {
  const harness = await start(policy);
  if (method.startsWith('sampling') || method.startsWith('elicitation')) {
    harness.answer(JSON.stringify({ jsonrpc: '2.0', id: 'up1', method, params: {} }));
    return harness.clientGot().some((each) => each.method === method);
  }
  const params: Record<string, JsonObject> = {
    'resources/read': { uri: 'x://a' },
    'prompts/get': { name: 'p' },
    'tools/call': { name: 'act', arguments: {} },
  };
  if (method === 'the result') {
    const { result } = (await harness.call('act')) ?? {};
    return !Object.hasOwn(result as object, 'isError');
  }
  if (method === 'the second call') {
    await harness.call('act');
    await harness.call('act');
    return harness.reached().length === 2;
  }
  await harness.request(method, params[method]);
  return harness.serverGot().some((each) => each.method === method);
}

test('the tables below know every field of the policy language', () => {
  expect(Object.keys(topFields).sort()).toEqual(Object.keys(policySchema.shape).sort());
  const fields = policySchema.shape.all_tools.unwrap().shape;
  expect(Object.keys(ruleFields).sort()).toEqual(Object.keys(fields).sort());
});

const fates = Object.entries({ ...topFields, ...ruleFields });
test.for(fates)('nothing is passed over in silence: %s', async ([field, fate]) => {
  if (typeof fate === 'string') return;
  if ('blocks' in fate) {
    expect([await passes({}, fate.of), await passes(fate.blocks, fate.of)]).toEqual([true, false]);
  }
  for (const policy of fate.refused ?? []) await expect(start(policy)).rejects.toThrow(`/${field}`);
});

test('a tool or an argument that is called like an unenforced field is no such field', async () => {
  const policy = { tools: { response: {}, act: { require: [] } }, pinning: 'off', flows: [] };
  expect(await passes(policy)).toBe(true);
});
