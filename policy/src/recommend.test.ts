import type { CatalogueEntry } from '@toolwarden/catalogue';
import { expect, test } from 'vitest';
import { type SampleTool, sampleEntry } from '../fixtures/sample-entry.ts';
import { checkPolicyText } from './check.ts';
import type { Rule } from './policy.ts';
import { profiles } from './recommend/caps.ts';
import { recommend, recommendServer } from './recommend.ts';

const text = { type: 'string' };
const tools = {
  getWeather: { name: 'get_weather', category: 'Read', properties: { city: text } },
  readInbox: {
    name: 'read_inbox',
    category: 'Read',
    traits: ['private_data', 'untrusted_content'],
    properties: { limit: { type: 'integer' } },
    required: [],
  },
  refund: {
    name: 'refund',
    category: 'Write',
    traits: ['financial'],
    properties: { amount: { type: 'number' }, memo: text },
    required: ['amount'],
  },
  sendMail: {
    name: 'send_mail',
    category: 'Write',
    traits: ['communicates_externally'],
    properties: {
      to: { type: 'array', items: text },
      replyTo: { ...text, format: 'email' },
      body: text,
    },
    required: ['to', 'body'],
  },
  fetchPage: {
    name: 'fetch_page',
    category: 'Read',
    traits: ['communicates_externally', 'untrusted_content'],
    properties: { url: { ...text, format: 'uri' } },
  },
  writeFile: {
    name: 'write_file',
    category: 'Write',
    traits: ['destructive_option'],
    properties: {
      path: { ...text, description: 'Path of the file' },
      overwrite: { type: 'boolean' },
    },
    required: ['path'],
  },
  removeRows: {
    name: 'remove_rows',
    category: 'Write',
    traits: ['destructive', 'bulk'],
    properties: { ids: { type: 'array', items: text } },
  },
  runCommand: {
    name: 'run_command',
    category: 'Execute',
    traits: ['code_execution'],
    properties: { command: text },
  },
  runSql: {
    name: 'run_sql',
    category: 'Execute',
    traits: ['raw_query'],
    properties: { sql: text },
  },
  manageItem: {
    name: 'manage_item',
    category: 'Write',
    traits: ['destructive', 'multi_action'],
    properties: { action: { enum: ['list', 'create', 'delete'] }, id: text },
    required: ['action'],
  },
  setMode: {
    name: 'set_mode',
    category: 'Execute',
    traits: ['destructive_option'],
    properties: { mode: { enum: ['append', 'overwrite'] } },
  },
  unknown: { name: 'mystery' },
} satisfies Record<string, SampleTool>;
const entry: CatalogueEntry = sampleEntry(...Object.values(tools));

const ruleFor = (tool: SampleTool, profile?: (typeof profiles)[number]) =>
  recommend(entry, tool.name, profile).policy.tools?.[tool.name] as Rule;

test.for(
  profiles.flatMap((profile) => Object.values(tools).map(({ name }) => ({ profile, name }))),
)(
  'the $profile policy for $name has nothing to find in it, and a reason for each of its rules',
  ({ profile, name }) => {
    const { policy, rules, effect } = recommend(entry, name, profile);
    expect(checkPolicyText(JSON.stringify(policy, null, 2), { entry })).toEqual([]);
    const rule = policy.tools?.[name] as Rule;
    const parts = (['require', 'approve_if', 'limits'] as const).flatMap((key) =>
      (rule[key] ?? []).map((_, index) => `/tools/${name}/${key}/${index}`),
    );
    const expected = [...parts, ...(rule.action ? [`/tools/${name}/action`] : [])];
    expect(rules.map(({ pointer }) => pointer).sort()).toEqual(expected.sort());
    expect(rules.every(({ why }) => why.length > 10)).toBe(true);
    expect(effect).not.toMatch(/undefined|\n/);
  },
);

test('a read gets a ceiling, and a tighter one where its results are private', () => {
  expect(ruleFor(tools.getWeather).limits).toEqual([
    { counter: 'get_weather', window: 'minute', max: 60, scope: 'grant' },
  ]);
  expect(ruleFor(tools.readInbox).limits?.map(({ max }) => max)).toEqual([30, 500]);
  expect(ruleFor(tools.readInbox).require).toEqual([
    {
      any: [
        { path: 'args.limit', op: 'exists', value: false },
        { path: 'args.limit', op: 'lte', value: 100 },
      ],
    },
  ]);
});

test('money needs a person, a cap for one call and a cap for the sum of a day', () => {
  const rule = ruleFor(tools.refund);
  expect(rule.action).toBe('approve');
  expect(rule.require).toEqual([{ path: 'args.amount', op: 'lte', value: 100 }]);
  expect(rule.limits).toContainEqual({
    counter: 'refund_amount',
    window: 'day',
    max: 500,
    sum: 'args.amount',
  });
});

test('recipients are counted, and a lone address is kept to a domain', () => {
  const rule = ruleFor(tools.sendMail);
  expect(rule.require).toContainEqual({ path: 'args.to', op: 'max_items', value: 10 });
  expect(rule.limits?.map(({ window, max }) => [window, max])).toEqual([
    ['minute', 30],
    ['day', 100],
  ]);
});

test('addresses are kept to hosts, paths to a folder, and risky flags off', () => {
  expect(ruleFor(tools.fetchPage).require).toEqual([
    { path: 'args.url', op: 'host_in', value: ['example.com'] },
  ]);
  const rule = ruleFor(tools.writeFile);
  expect(rule.require).toContainEqual({ path: 'args.path', op: 'within', value: ['/workspace'] });
  expect(JSON.stringify(rule.require)).toContain(
    '{"path":"args.overwrite","op":"eq","value":false}',
  );
});

test('a host that the definition names for an argument stands in place of the placeholder', () => {
  const named = sampleEntry({
    ...tools.fetchPage,
    properties: { url: { ...text, description: 'For example https://files.acme.dev/start.' } },
  });
  expect(recommend(named, 'fetch_page').policy.tools?.['fetch_page']?.require).toEqual([
    { path: 'args.url', op: 'host_in', value: ['files.acme.dev'] },
  ]);
});

test.for([tools.removeRows, tools.runCommand, tools.runSql])('$name asks a person', (tool) => {
  expect(ruleFor(tool).action).toBe('approve');
});

test('a choice of acts asks only about those that cannot be undone, and allows only listed ones', () => {
  const rule = ruleFor(tools.manageItem);
  expect(rule.action).toBeUndefined();
  expect(rule.require).toEqual([
    { path: 'args.action', op: 'in', value: ['create', 'delete', 'list'] },
  ]);
  expect(rule.approve_if?.[0]?.conditions).toEqual([
    { path: 'args.action', op: 'in', value: ['delete'] },
  ]);
});

test('a choice of which one value loses data is narrowed to the others', () => {
  expect(ruleFor(tools.setMode).require).toEqual([
    { path: 'args.mode', op: 'in', value: ['append'] },
  ]);
});

test('strict refuses all but plain reads, permissive lets raw queries pass within limits', () => {
  expect(ruleFor(tools.refund, 'strict').action).toBe('deny');
  expect(ruleFor(tools.getWeather, 'strict').limits?.[0]?.max).toBe(30);
  expect(ruleFor(tools.runSql, 'permissive').action).toBeUndefined();
  expect(ruleFor(tools.refund, 'permissive').action).toBe('approve');
});

test('a tool that nobody has judged is refused, with the reason', () => {
  expect(ruleFor(tools.unknown)).toEqual({
    action: 'deny',
    reason: 'This tool has not been classified yet.',
  });
});

test('a name that would be a pattern, or no key at all, gets a policy that allows nothing', () => {
  const odd = sampleEntry({ name: '*', category: 'Read' }, { name: '__proto__', category: 'Read' });
  for (const name of ['*', '__proto__']) {
    expect(recommend(odd, name).policy).toEqual({ version: '1', default: 'deny' });
  }
});

test('the policy of a server has all its tools, under strict only those that may be called', () => {
  const whole = recommendServer(entry, 'recommended');
  expect(Object.keys(whole.policy.tools ?? {})).toEqual(
    entry.tools.map((each) => each.definition.name),
  );
  const strict = recommendServer(entry, 'strict');
  expect(Object.keys(strict.policy.tools ?? {})).toEqual([
    'get_weather',
    'read_inbox',
    'fetch_page',
  ]);
  expect(strict.effect).toBe('3 of 12 tools may be called within limits, 9 are refused.');
  expect(checkPolicyText(JSON.stringify(whole.policy), { entry })).toEqual([]);
});

test('a tool that the server does not list is an error', () => {
  expect(() => recommend(entry, 'nope')).toThrow('lists no tool "nope"');
});
