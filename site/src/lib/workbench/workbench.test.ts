import { join } from 'node:path';
import { parametersOf, readTool, type ToolDefinition } from '@toolwarden/catalogue';
import { openStore } from '@toolwarden/catalogue/store';
import {
  argumentsOf,
  checkPolicyText,
  compilePolicy,
  type Policy,
  policyJsonSchema,
  policySchema,
  recommendServer,
} from '@toolwarden/policy';
import { beforeAll, describe, expect, test } from 'vitest';
import { readServerData, serverData } from '../server-data.ts';
import { operatorsFor, printValue, readValue, startCondition } from './condition-starts.ts';
import { mergePolicies } from './merge-policies.ts';
import { modeOf, modes, printPolicy, withMode, withPart } from './policy-edits.ts';
import { keysAt, valuesAt } from './schema-walk.ts';
import { readFragment, shareFragment } from './share-link.ts';
import { changed, redone, startHistory, undone } from './text-history.ts';
import { toolsListEntry } from './tools-list.ts';
import { hasToxicFlow, withToxicFlow } from './toxic-flow.ts';
import { elapsedWords, Trial } from './trial.ts';

const EMPTY: Policy = { version: '1', default: 'deny' };
const tool = (name: string, properties: object = {}, required: string[] = []) =>
  ({ name, inputSchema: { type: 'object', properties, required } }) as ToolDefinition;

describe('a policy in forms', () => {
  test.for(modes)('a tool set to %s is shown as that', (mode) => {
    for (const before of modes) {
      const policy = withMode(withMode(EMPTY, 'pay', before), 'pay', mode);
      expect(policySchema.safeParse(policy).success).toBe(true);
      expect(modeOf(policy, 'pay')).toBe(mode);
    }
  });

  test('a changed mode leaves limits and other tools as they are', () => {
    const limits = [{ window: 'hour', max: 3 }];
    const limited = withPart({ ...EMPTY, tools: { other: {} } }, 'pay', 'limits', limits);
    expect(withMode(limited, 'pay', 'approve').tools).toEqual({
      other: {},
      pay: { action: 'approve', limits },
    });
  });

  test('a tool named like a part of every object is no rule before it is one', () => {
    expect(modeOf(EMPTY, 'constructor')).toBe('unnamed');
    expect(modeOf({ ...EMPTY, tools: {} }, 'toString')).toBe('unnamed');
    expect(modeOf(withMode(EMPTY, 'constructor', 'deny'), 'constructor')).toBe('deny');
  });

  test('the rule against leaving is put in once and taken out whole', () => {
    const on = withToxicFlow(withToxicFlow(EMPTY, true), true);
    expect(on.flows).toHaveLength(1);
    expect(policySchema.safeParse(on).success).toBe(true);
    expect(hasToxicFlow(on)).toBe(true);
    expect(withToxicFlow(on, false)).toEqual(EMPTY);
  });

  test('calls that are tried leave marks, and a flow rule sees them while its time lasts', async () => {
    const entry = toolsListEntry([tool('read_mail'), tool('send_mail')], 'mail');
    if (entry === undefined) throw new Error('the list was not read');
    const [read, send] = entry.tools.map((each, index) => ({
      ...each,
      judgement: {
        category: 'Read' as const,
        traits: [index === 0 ? ('private_data' as const) : ('communicates_externally' as const)],
        risk: 'Medium' as const,
        label: 'Read' as const,
        riskRows: [],
      },
    }));
    if (read === undefined || send === undefined) throw new Error('two tools were expected');
    const policy = await compilePolicy({
      version: '1',
      default: 'allow',
      flows: [
        {
          after: { traits: ['private_data'] },
          within: '10m',
          then: { traits: ['communicates_externally'] },
          action: 'approve',
        },
      ],
    });
    const trial = new Trial();
    const effectOf = (each: typeof read, at: number) =>
      trial.try(policy, { entry, tool: each, arguments: {}, at }).decision.effect;
    expect(effectOf(send, 0)).toBe('allow');
    expect(effectOf(read, 1000)).toBe('allow');
    expect(effectOf(send, 2000)).toBe('approve');
    expect(effectOf(send, 1000 + 11 * 60_000)).toBe('allow');
  });

  test('every condition offered for an argument is one the validator accepts', () => {
    const definition = tool('t', {
      amount: { type: 'number', maximum: 50 },
      kind: { enum: ['a', 'b'] },
      url: { type: 'string', format: 'uri' },
      path: { type: 'string' },
      to: { type: 'array', items: { type: 'string' } },
      flag: { type: 'boolean' },
      any: {},
    });
    const entry = toolsListEntry([definition], 'x');
    const [known] = entry?.tools ?? [];
    if (known === undefined) throw new Error('the list was not read');
    const found = argumentsOf(known);
    expect(found.map(({ name }) => name)).toEqual(
      parametersOf(readTool(definition)).map((p) => p.name),
    );
    for (const argument of found)
      for (const op of operatorsFor(argument)) {
        const condition = startCondition(argument, op);
        const policy = withPart(EMPTY, 't', 'require', [condition]);
        const errors = checkPolicyText(printPolicy(policy)).filter((f) => f.severity === 'error');
        expect(errors, `${argument.name} ${op}`).toEqual([]);
        const value = condition.value as never;
        expect(readValue(printValue(value), op, value), `${argument.name} ${op}`).toEqual(value);
      }
    expect(startCondition(found[0] as never)).toEqual({
      path: 'args.amount',
      op: 'lte',
      value: 50,
    });
    expect(startCondition(found[1] as never)).toMatchObject({ op: 'in', value: ['a', 'b'] });
  });
});

describe('steps back', () => {
  test('typing is one step, what follows it another', () => {
    let history = startHistory('a');
    for (const text of ['ab', 'abc', 'abcd']) history = changed(history, text, 'typing');
    history = changed(history, 'other');
    expect(undone(history).text).toBe('abcd');
    expect(undone(undone(history)).text).toBe('a');
    expect(undone(undone(undone(history))).text).toBe('a');
    expect(redone(redone(undone(undone(history)))).text).toBe('other');
    expect(changed(undone(history), 'new').future).toEqual([]);
  });
});

describe('a shared link', () => {
  test('gives back what was shared', async () => {
    const shared = { policy: printPolicy({ ...EMPTY, name: 'ёж, 🦔' }), servers: ['npm__x'] };
    const fragment = await shareFragment(shared);
    expect(fragment).toMatch(/^#p=[\w-]+$/);
    expect(await readFragment(fragment)).toEqual(shared);
  });

  test('is refused where it is damaged, foreign or swells', async () => {
    const swelling = await shareFragment({ policy: ' '.repeat(3_000_000), servers: [] });
    expect(swelling.length).toBeLessThan(10_000);
    for (const fragment of ['', '#policy', '#p=', '#p=%%%', '#p=AAAA', swelling])
      expect(await readFragment(fragment)).toBeUndefined();
  });
});

describe('a pasted list of tools', () => {
  test.for([
    [[tool('a')]],
    [{ tools: [tool('a')] }],
    [{ jsonrpc: '2.0', id: 1, result: { tools: [tool('a')] } }],
  ])('%# is read', ([value]) => {
    const entry = toolsListEntry(value, 'pasted');
    expect(entry?.tools.map(({ definition }) => definition.name)).toEqual(['a']);
    expect(entry?.tools[0]?.judgement).toBeUndefined();
  });

  test.for([[null], [{}], [[]], [{ tools: 'a' }], [[1, 'a', {}]], ['tools']])(
    '%# is none',
    ([value]) => {
      expect(toolsListEntry(value, 'pasted')).toBeUndefined();
    },
  );
});

describe('completion', () => {
  const schema = policyJsonSchema();
  test.for([
    [[], 'default'],
    [['tools', 'pay'], 'limits'],
    [['tools', 'pay', 'limits', '0'], 'window'],
    [['tools', 'pay', 'require', '0'], 'op'],
    [['tools', 'pay', 'require', '0', 'any', '0', 'not'], 'path'],
    [['classes'], 'category:Read'],
    [['flows', '0', 'after'], 'traits'],
  ] as [string[], string][])('under %j there is %s', ([path, key]) => {
    expect(keysAt(schema, path).map((each) => each.key)).toContain(key);
  });

  test('values come from the lists of the schema', () => {
    expect(valuesAt(schema, ['default'])).toEqual(['deny', 'allow']);
    expect(valuesAt(schema, ['tools', 'pay', 'require', '0', 'op'])).toContain('host_in');
    expect(valuesAt(schema, ['flows', '0', 'after', 'traits', '0'])).toContain('private_data');
  });
});

describe('a trial', () => {
  const entry = toolsListEntry([tool('pay', { amount: { type: 'number' } }, ['amount'])], 'bank');
  const [pay] = entry?.tools ?? [];
  if (entry === undefined || pay === undefined) throw new Error('the list was not read');
  const limits = [{ window: 'minute', max: 2 }];

  test('charges what is allowed, and the moved clock frees it', async () => {
    const policy = await compilePolicy({ ...EMPTY, tools: { pay: { limits } } });
    const trial = new Trial();
    const at = (ms: number) =>
      trial.try(policy, { entry, tool: pay, arguments: { amount: 1 }, at: ms }).decision.effect;
    expect([at(0), at(0), at(0), at(59_999), at(60_000)]).toEqual([
      'allow',
      'allow',
      'deny',
      'deny',
      'allow',
    ]);
  });

  test('asks a person, charges only the approved call, and says it in words', async () => {
    const policy = await compilePolicy({ ...EMPTY, tools: { pay: { action: 'approve', limits } } });
    const trial = new Trial();
    const asked = { entry, tool: pay, arguments: { amount: 1 }, at: 0 };
    expect(trial.try(policy, asked).decision.effect).toBe('approve');
    const approved = trial.try(policy, asked, { isApproved: true });
    expect(approved.decision.effect).toBe('allow');
    expect(approved.decision.counters[0]?.used).toBe(1);
    expect(approved.words.forPerson).toContain('Allowed');
  });

  test('time is said in its largest parts', () => {
    expect(elapsedWords(0)).toBe('0 s');
    expect(elapsedWords(90_061_000)).toBe('1 d 1 h 1 min 1 s');
  });
});

describe('a server’s data', () => {
  let entries: Awaited<ReturnType<ReturnType<typeof openStore>['readEntries']>>['items'];
  beforeAll(async () => {
    const dir = join(import.meta.dirname, '../../../../catalogue/fixtures');
    entries = (await openStore(dir).readEntries()).items;
  });

  test('read back gives the same policies and levels as the entry it was made from', () => {
    expect(entries.length).toBeGreaterThan(10);
    for (const entry of entries) {
      const read = readServerData(
        JSON.parse(JSON.stringify(serverData(entry, (text) => text.length))),
      );
      expect(recommendServer(read.entry).policy.tools).toEqual(recommendServer(entry).policy.tools);
      expect(read.entry.tools.map(({ judgement }) => judgement?.risk)).toEqual(
        entry.tools.map(({ judgement }) => judgement?.risk),
      );
    }
  });

  test('policies of several servers are one that refuses nothing that none of them refused', () => {
    const policies = entries.map((entry) => recommendServer(entry).policy);
    const { policy } = mergePolicies(policies);
    expect(policySchema.safeParse(policy).success).toBe(true);
    const names = policies.flatMap(({ tools = {} }) => Object.keys(tools));
    expect(Object.keys(policy.tools ?? {}).sort()).toEqual([...new Set(names)].sort());
  });
});
