import { expect, test } from 'vitest';
import { readClientEntry, startedPackage } from './client-entry.ts';

test.for([
  [['npx', '-y', '@acme/notes@1.2.3', '--all'], 'npm:@acme/notes@1.2.3 --all'],
  [['npx.cmd', '--package=@acme/notes', 'notes-mcp'], 'npm:@acme/notes@'],
  [['/usr/bin/pnpm', 'dlx', 'notes@latest'], 'npm:notes@'],
  [['uvx', '--from', 'acme-notes==2.0', 'notes'], 'pypi:acme-notes@2.0'],
  [['uv', 'tool', 'run', 'acme-notes'], 'pypi:acme-notes@'],
  [['docker', 'run', '-i', '--rm', '-e', 'KEY', 'acme/notes', 'stdio'], 'oci:acme/notes@ stdio'],
] as const)('%s starts a public package', ([words, expected]) => {
  const found = startedPackage(words);
  const args = (found?.args ?? []).map((arg) => ` ${arg}`).join('');
  expect(`${found?.registry}:${found?.name}@${found?.version ?? ''}${args}`).toBe(expected);
});

test.for([['node', 'server.js'], ['npm', 'start'], ['docker', 'ps'], ['npx'], []])(
  '%s names no package',
  (words) => expect(startedPackage(words)).toBeUndefined(),
);

test('a shell and a gateway of ours in front are left out', () => {
  const wrapped = ['npx', '-y', 'toolwarden@1', 'wrap', '--policy', 'p.json', '--', 'npx', 'notes'];
  const [command, ...args] = ['cmd', '/C', ...wrapped];
  expect(readClientEntry({ command, args }).words).toEqual(['npx', 'notes']);
  // Somebody else's `wrap` is an argument like any other.
  expect(readClientEntry({ command: 'notes', args: ['wrap', '--', 'x'] }).words).toEqual([
    'notes',
    'wrap',
    '--',
    'x',
  ]);
});

test('an entry tells its address by any client’s word, its variables by name, and whether it is on', () => {
  expect(readClientEntry({ serverUrl: 'https://x.example/mcp', disabled: true })).toMatchObject({
    url: { key: 'serverUrl', text: 'https://x.example/mcp' },
    isOn: false,
  });
  expect(readClientEntry({ command: 'x', environment: { KEY: 'secret' } })).toEqual({
    isOn: true,
    envNames: ['KEY'],
    url: undefined,
    words: ['x'],
  });
  expect(readClientEntry('nonsense')).toMatchObject({ words: [], isOn: true });
});
