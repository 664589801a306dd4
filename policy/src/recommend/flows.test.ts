import { expect, test } from 'vitest';
import { sampleEntry } from '../../fixtures/sample-entry.ts';
import { compilePolicy } from '../compile.ts';
import { lint } from '../lint.ts';
import { recommendServer } from '../recommend.ts';
import { createRunner } from '../run-calls.ts';
import { recommendFlows, withFlows } from './flows.ts';

const entry = (name: string, traits: string[]) =>
  sampleEntry({ name, category: 'Read', traits } as never);

test('reading from outsiders, reading what is private and sending, on three servers, make a flow rule', () => {
  const { flows } = recommendFlows([
    entry('browse', ['untrusted_content']),
    entry('notes', ['private_data']),
    entry('send', ['communicates_externally']),
  ]);
  expect(flows).toMatchObject([
    {
      after: { traits: ['untrusted_content', 'private_data'] },
      then: { traits: ['communicates_externally'] },
      action: 'approve',
    },
  ]);
});

test('where a part is missing there is no rule', () => {
  expect(recommendFlows([entry('browse', ['untrusted_content'])]).flows).toEqual([]);
  expect(
    recommendFlows([entry('notes', ['private_data']), entry('send', ['communicates_externally'])])
      .flows,
  ).toEqual([]);
});

test('strict refuses, permissive keeps to the worst', () => {
  const entries = [
    entry('all', ['untrusted_content', 'private_data', 'communicates_externally', 'financial']),
  ];
  expect(recommendFlows(entries, 'strict').flows.map(({ action }) => action)).toEqual([
    'deny',
    'deny',
  ]);
  expect(recommendFlows(entries, 'permissive').flows).toHaveLength(1);
  expect(recommendFlows(entries).flows[1]?.then.traits).toEqual(['financial']);
});

test('every recommended rule is one the language takes, with a reason of its own', async () => {
  const all = [
    'untrusted_content',
    'private_data',
    'communicates_externally',
    'credential_access',
    'destructive',
  ];
  const { flows, rules } = recommendFlows([entry('all', all)]);
  const policy = { version: '1' as const, default: 'allow' as const, flows };
  await compilePolicy(policy);
  expect(lint(policy)).toEqual([]);
  expect(rules.map(({ pointer }) => pointer)).toEqual(flows.map((_, index) => `/flows/${index}`));
});

test('the policy says itself what its tools carry, and without a catalogue stops what it should', async () => {
  const entries = [
    sampleEntry(
      { name: 'browse', category: 'Read', traits: ['untrusted_content'] },
      { name: 'notes', category: 'Read', traits: ['private_data'] },
      { name: 'post', category: 'Write', traits: ['communicates_externally'] },
      { name: 'add', category: 'Read', traits: [] },
    ),
  ];
  const [entry] = entries;
  if (entry === undefined) throw new Error('no entry');
  const { policy } = withFlows(recommendServer(entry, 'permissive').policy, entries);
  expect(policy.tools?.['add']?.marks).toEqual([]);
  const run = createRunner(await compilePolicy(policy));
  const effects = ['add', 'post', 'browse', 'post', 'notes', 'post', 'add'].map(
    (tool, at) => run({ server: 's', tool, arguments: {}, at }).effect,
  );
  expect(effects).toEqual(['allow', 'allow', 'allow', 'allow', 'allow', 'approve', 'allow']);
});
