import type { ServerSource } from '@toolwarden/catalogue';
import { expect, test } from 'vitest';
import { resolveTargets } from './targets.ts';

const sources: ServerSource[] = [{ id: 'npm:@acme/notes', version: '1.0.0', args: ['mcp'] }];

test('an id uses its source, and a version in the id wins', async () => {
  expect((await resolveTargets(['npm:@acme/notes'], sources)).targets).toEqual(sources);
  expect((await resolveTargets(['npm:@acme/notes@2.0.0'], sources)).targets).toEqual([
    { id: 'npm:@acme/notes', version: '2.0.0', args: ['mcp'] },
  ]);
});

test('an id without a source is crawled by name alone, once', async () => {
  expect((await resolveTargets(['npm:other', 'npm:other'], sources)).targets).toEqual([
    { id: 'npm:other' },
  ]);
});

test('two versions of one server in one call are a problem, the same one twice is none', async () => {
  const { targets, problems } = await resolveTargets(
    ['npm:a@1.0.0', 'npm:a@2.0.0', 'npm:a@1.0.0', 'npm:@acme/notes', 'npm:@acme/notes@1.0.0'],
    sources,
  );
  expect(targets.map(({ id, version }) => [id, version])).toEqual([
    ['npm:a', '1.0.0'],
    ['npm:@acme/notes', '1.0.0'],
  ]);
  expect(problems).toEqual([
    { id: 'npm:a@2.0.0', message: expect.stringContaining('one version') },
  ]);
});

test.for([
  ...['npm:--registry=http://x', 'npm:../x', 'npm:a;b', `npm:${'a'.repeat(300)}`, 'npm:nötes'],
  ...[
    'npm:x@latest',
    'npm:x@^1.0.0',
    'npm:x@git+ssh://y',
    'npm:',
    'other',
    'npm:.hidden',
    'npm:a b',
  ],
])('CR18: %j is refused with a sentence', async (id) => {
  const { targets, problems } = await resolveTargets([id], sources);
  expect(targets).toEqual([]);
  expect(problems).toEqual([{ id, message: expect.stringContaining('is no server id') }]);
});

test('a place on the net needs no source', async () => {
  const { targets } = await resolveTargets(['url:mcp.acme.dev/mcp'], sources);
  expect(targets).toEqual([{ id: 'url:mcp.acme.dev/mcp' }]);
});

test.for([
  ['registry:io.github.acme/notes', 'sources import registry'],
  ['config:notes', 'client configuration'],
])('%s alone says nothing, and what helps is told', async ([id, words]) => {
  const { targets, problems } = await resolveTargets([id as string], sources);
  expect(targets).toEqual([]);
  expect(problems[0]?.message).toContain(words);
});
