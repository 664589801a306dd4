import type { CatalogueEntry, JsonObject } from '@toolwarden/catalogue';
import { expect, test } from 'vitest';
import { type SampleTool, sampleEntry } from '../../fixtures/sample-entry.ts';
import type { Rule } from '../policy.ts';
import { recommend } from '../recommend.ts';
import { argumentsOf } from './arguments.ts';
import { pathKind } from './path-signals.ts';

const text = { type: 'string' };

function ruleOf(sample: Omit<SampleTool, 'name'> & { name?: string }): Rule {
  const tool = { name: 'tool', category: 'Write', required: [], ...sample } satisfies SampleTool;
  return recommend(sampleEntry(tool), tool.name).policy.tools?.[tool.name] as Rule;
}
const conditionsOf = (...given: Parameters<typeof ruleOf>) =>
  JSON.stringify(ruleOf(...given).require ?? []);

/** Where the one path of a tool lies: the first argument. */
function kindOf(name: string, properties: JsonObject, description = '') {
  const tool = sampleEntry({ name, description, category: 'Write', properties }).tools[0];
  if (tool === undefined) throw new Error('no tool');
  const all = argumentsOf(tool);
  return all[0] && pathKind(all[0], tool, all);
}

test.for<[string, string, JsonObject, string]>([
  [
    'upload_markdown',
    'file_path',
    { description: 'Path to the file to upload' },
    'Upload a file to a project',
  ],
  ['run_tests', 'appPath', { description: 'Path to your application file' }, 'Runs tests'],
  ['put_requirements', 'file_path', { description: 'Full path to the file' }, ''],
  ['fetch', 'outDir', { description: 'Output directory of the download' }, ''],
  ['import_rows', 'file_path', {}, 'Imports the file into the repository'],
])(
  'a path that %s reads from a disk is local, whatever else the call names',
  ([name, key, schema, told]) => {
    const properties = {
      [key]: { ...text, ...schema },
      project_id: text,
      repo: text,
      workspace: text,
    };
    expect(kindOf(name, properties, told)).toBe('local');
    expect(conditionsOf({ name, description: told, properties })).toContain(
      '"op":"within","value":["/workspace"]',
    );
  },
);

test('a path in a project that the call names must be relative', () => {
  const path = { ...text, description: 'Path of the file' };
  const content = { path, owner: text, repo: text, content: text };
  expect(kindOf('put_file', content)).toBe('remote');
  expect(
    kindOf('blame', { path: { ...text, description: 'The full path, relative to the repo root' } }),
  ).toBe('remote');
  expect(kindOf('tree', { path: { ...text, description: 'The path inside the repository' } })).toBe(
    'remote',
  );
  expect(kindOf('get_file', { path, project_id: text }, 'Get a file from a remote project')).toBe(
    'remote',
  );
  expect(conditionsOf({ properties: content })).toContain('"op":"within","value":["."]');
});

test('beside the root of a project on a disk, a path is no path of a remote project', () => {
  const output = { output: { ...text, description: 'Output path' }, projectRoot: text };
  expect(kindOf('parse', output, 'Makes tasks of the project')).toBe('local');
});

test.for<[string, JsonObject]>([
  ['fileId', {}],
  ['targetFileId', {}],
  ['folder_id', {}],
  ['folder_name', {}],
  ['folder_description', {}],
  ['folder', { description: 'UUID of the folder' }],
  ['folders', { type: 'array', items: text, description: 'IDs of folders' }],
  ['excluded_file_patterns', { type: 'array', items: text }],
])('%s is not taken for a path', ([name, schema]) => {
  expect(kindOf('edit_file', { [name]: { ...text, ...schema } })).toBeUndefined();
});

test('folders of mail and of secrets are not folders of a disk, files kept from mail are on one', () => {
  const folder = { path: { ...text, description: 'Folder path to create' } };
  expect(kindOf('create_mailbox', folder)).toBeUndefined();
  const root = {
    path: { ...text, description: 'Where to create the folder (Defaults to /)' },
    projectId: text,
  };
  expect(kindOf('create_folder', root)).toBeUndefined();
  const kept = { path: { ...text, description: 'Local folder to save to' } };
  expect(kindOf('export_mailbox', kept)).toBe('local');
  expect(kindOf('save', { file_name: text })).toBe('relative');
});

test.for<[string, string, string]>([
  ['set_webhook', 'url', ''],
  ['configure', 'url', 'Registers a callback.'],
  ['add_image', 'UploadURL', ''],
  ['create_image', 'Url', 'Import an image by its URL.'],
  ['subscribe', 'endpointUrl', 'Notifies the address of changes.'],
])('%s may not call any address that %s names', ([name, key, description]) => {
  expect(conditionsOf({ name, description, properties: { [key]: text } })).toContain(
    '"op":"host_in","value":["example.com"]',
  );
});

test('an address that is only kept needs no bound', () => {
  expect(conditionsOf({ name: 'add_contact', properties: { website: text } })).toBe('[]');
});

test.for<[string, JsonObject]>([
  ['StatusCallbackMethod', text],
  ['callbackEvent', { type: 'array', items: text }],
  ['webhook_events', { type: 'array', items: { type: 'string', enum: ['high', 'low'] } }],
  ['urlContains', text],
  ['tweet_id_or_url', text],
  ['webhook_ids', { type: 'array', items: text }],
])('%s is no address', ([name, schema]) => {
  expect(conditionsOf({ name: 'set_webhook', properties: { [name]: schema } })).not.toContain(
    'host_in',
  );
});

test.for<[string, string, JsonObject]>([
  [
    'example.com',
    'a link to the manual',
    { description: 'See [the manual](https://www.acme.dev/x).' },
  ],
  [
    'example.com',
    'a page under /docs',
    { description: 'See, for example, https://www.acme.dev/docs/x.' },
  ],
  ['example.com', 'a support page', { description: 'E.g. as on https://support.acme.dev/x' }],
  [
    'example.com',
    'an example of something else',
    { description: 'E.g. a hook. Made by https://acme.dev' },
  ],
  [
    'example.com',
    'an address of the network itself',
    { description: 'e.g. http://169.254.169.254/' },
  ],
  ['api.acme.dev', 'an example', { description: 'Page, such as https://api.acme.dev/x.' }],
  ['api.acme.dev:8443', 'a default with a port', { default: 'https://api.acme.dev:8443/x' }],
])('%s is the host for a callback whose definition gives %s', ([host, , schema]) => {
  const rule = conditionsOf({ properties: { callbackUrl: { ...text, ...schema } } });
  expect(rule).toContain(`"op":"host_in","value":["${host}"]`);
});

test.for<[string, JsonObject]>([
  ['PaymentMethod', text],
  ['PaymentConnector', text],
  ['onPaymentFailure', text],
  ['amountType', text],
  ['price', { enum: ['low', 'high'] }],
])('%s is no amount', ([name, schema]) => {
  expect(conditionsOf({ traits: ['financial'], properties: { [name]: schema } })).toBe('[]');
});

test('a text that holds an amount keeps its bound', () => {
  expect(conditionsOf({ traits: ['financial'], properties: { paymentAmount: text } })).toContain(
    '"matches"',
  );
});

function callbacks(count: number): JsonObject {
  return Object.fromEntries([...Array(count).keys()].map((index) => [`hook${index}Url`, text]));
}

test('every argument gets its bound as far as a rule can be read, and beyond that a person is asked', () => {
  const few = {
    name: 'notify',
    category: 'Write',
    properties: callbacks(20),
    required: [],
  } satisfies SampleTool;
  expect(ruleOf(few).require).toHaveLength(20);
  expect(ruleOf(few).action).toBeUndefined();
  const many = { ...few, properties: callbacks(30) };
  const { policy, effect } = recommend(sampleEntry(many), 'notify');
  expect(policy.tools?.['notify']).toMatchObject({
    action: 'approve',
    reason: 'Has more arguments than this policy bounds.',
  });
  expect(effect).toContain('Left without a bound of their own: 6 more conditions.');
});

/** The rule for a tool whose classification quotes some listed values as destructive. */
function ruleForQuoted(name: string, values: string[], quotes: string[]) {
  const sample = sampleEntry({
    name: 'manage',
    category: 'Write',
    traits: ['destructive', 'multi_action'],
    properties: { [name]: { enum: values } },
  });
  const [tool] = sample.tools;
  const evidence = quotes.map((quote) => ({ for: 'destructive', pointer: '/description', quote }));
  const entry = { ...sample, tools: [{ ...tool, classification: { evidence } }] };
  return recommend(entry as unknown as CatalogueEntry, 'manage').policy.tools?.['manage'] as Rule;
}

test('values that the classification quotes as destructive ask too, whatever they are called', () => {
  const rule = ruleForQuoted('action', ['list', 'detach', 'delete'], ['"detach"']);
  expect(rule.approve_if?.[0]?.conditions).toEqual([
    { path: 'args.action', op: 'in', value: ['detach', 'delete'] },
  ]);
});

test('where only a quote tells which value is destructive, every call asks', () => {
  expect(ruleForQuoted('action', ['attach', 'detach'], ['detach']).action).toBe('approve');
});
