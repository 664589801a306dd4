import { serverRecordSchema, type ToolDefinition, toolDigest } from '@toolwarden/catalogue';
import { expect, test } from 'vitest';
import type { Installed } from './npm/install.ts';
import { failedRecord, mayReplace, recordOf } from './record.ts';

const installed: Installed = { name: 'notes', version: '1.0.0', manifest: {}, readme: '' };
const base = { source: { id: 'npm:notes' as const }, installed, bin: 'notes' };
const configuration = { name: 'default', args: [], env: [] };
const record = (tools: ToolDefinition[], manifest = {}) =>
  recordOf(
    { ...base, installed: { ...installed, manifest } },
    { tools, truncated: [], findings: [] },
    configuration,
    [],
    undefined,
  );

test('tools are in order of name, then digest, whatever order they came in', () => {
  const tools = [{ name: 'b' }, { name: 'a', description: 'x' }, { name: 'a' }, { name: 'B' }];
  const names = (list: ToolDefinition[]) => record(list).tools.map(({ digest }) => digest);
  expect(record(tools).tools.map(({ definition }) => definition.name)).toEqual([
    'B',
    'a',
    'a',
    'b',
  ]);
  expect(names(tools)).toEqual(names(tools.toReversed()));
});

test.for([
  [['a', 'a'], ['duplicate-name']],
  [['Send', 'send'], ['case-variant-name']],
  [
    ['send', 'se\u200bnd'],
    ['name-outside-grammar', 'case-variant-name'],
  ],
  [
    ['caf\u00e9', 'cafe\u0301'],
    ['name-outside-grammar', 'name-outside-grammar', 'case-variant-name'],
  ],
  [
    ['../../etc/x', ''],
    ['name-outside-grammar', 'name-outside-grammar'],
  ],
  [['read_note', 'notes.write'], []],
] as const)('CR21: the names %j give the findings %j', ([names, codes]) => {
  const { findings = [] } = record(names.map((name, index) => ({ name, index })));
  expect(findings.map(({ code }) => code)).toEqual(codes);
});

test('the digest of a cut tool is of what was served', () => {
  const [served, cut] = [
    { name: 'a', description: 'Reads.' },
    { name: 'a', description: 'Re' },
  ];
  const { tools } = recordOf(
    base,
    {
      tools: [cut],
      servedDigests: new Map([[cut, toolDigest(served)]]),
      truncated: [],
      findings: [],
    },
    configuration,
    [],
    undefined,
  );
  expect(tools).toEqual([
    { definition: cut, digest: toolDigest(served), configurations: ['default'] },
  ]);
});

test('links are https or nothing', () => {
  const links = (manifest: object) => record([], manifest).links;
  expect(links({ homepage: 'javascript:alert(1)', repository: 'acme/notes' })).toEqual({
    repository: 'https://github.com/acme/notes',
  });
  expect(links({ repository: { url: 'git@github.com:acme/notes.git' } })).toEqual({
    repository: 'https://github.com/acme/notes',
  });
  expect(links({ homepage: 'http://acme.dev', repository: 7 })).toBeUndefined();
});

test('a failed crawl gives a record that the catalogue accepts', () => {
  const failed = failedRecord(
    { source: { id: 'npm:notes', version: '2.0.0' }, installed: undefined, bin: undefined },
    { reason: 'install-failed', detail: 'ETARGET' },
    '2.0.0',
  );
  expect(serverRecordSchema.parse(failed)).toMatchObject({ version: '2.0.0', outcome: 'failed' });
});

test.for([
  ['complete', 3, 'failed', 0, false],
  ['complete', 3, 'partial', 9, false],
  ['partial', 3, 'failed', 0, false],
  ['partial', 3, 'partial', 3, true],
  ['partial', 3, 'partial', 2, false],
  ['failed', 0, 'partial', 1, true],
  ['partial', 3, 'complete', 1, true],
  ['complete', 3, 'complete', 1, true],
  ['failed', 0, 'failed', 0, true],
] as const)(
  'a %s record of %i tools may be replaced by a %s one of %i: %s',
  ([was, before, outcome, after, expected]) => {
    const extent = (count: number) => Array(count).fill(0);
    expect(
      mayReplace({ outcome: was, tools: extent(before) }, { outcome, tools: extent(after) }),
    ).toBe(expected);
  },
);
