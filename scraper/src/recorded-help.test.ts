import type { ServerRecord } from '@toolwarden/catalogue';
import { expect, test } from 'vitest';
import { helpFromRecord, overridesFromRecord } from './recorded-help.ts';

const about = { readme: '', packageName: '@acme/notes', binName: 'notes' };
const record = (
  help: string[],
  env: string[] = [],
  args: string[] = [],
  more: Partial<ServerRecord> = {},
): ServerRecord => ({
  id: 'npm:@acme/notes',
  version: '1.0.0',
  outcome: 'complete',
  configurations: [{ name: 'default', args, env }],
  tools: [],
  help,
  ...more,
});
const source = { id: 'npm:@acme/notes' } as const;

test('variables get the placeholders they had, and words that helped stay the same', () => {
  const earlier = record(['env NOTES_URL', 'argument mcp'], ['NOTES_URL'], ['mcp']);
  expect(helpFromRecord(earlier, source, about)).toEqual({
    args: ['mcp'],
    env: { NOTES_URL: 'https://example.com' },
    files: {},
    ports: [],
    isBridged: false,
    isStateless: false,
    given: ['env NOTES_URL', 'argument mcp'],
  });
});

test('files, ports, bridge and revision are given again', () => {
  const earlier = record(
    [
      ...['env NOTES_CREDENTIALS_PATH', 'file credentials.json', 'silent listener on 3306, 5432'],
      ...['HTTP inside the sandbox', 'revision 2026-07-28'],
    ],
    ['NOTES_CREDENTIALS_PATH'],
  );
  expect(helpFromRecord(earlier, source, about)).toMatchObject({
    env: { NOTES_CREDENTIALS_PATH: '{dir}/credentials.json' },
    files: { 'credentials.json': expect.stringContaining('client_id') },
    ports: [3306, 5432],
    isBridged: true,
    isStateless: true,
  });
});

test('a value that its README shows is taken from there again', () => {
  const readme =
    '```json\n{"mcpServers": {"n": {"command": "npx", "args": ["@acme/notes"], "env": {"NOTES_MODE": "local"}}}}\n```';
  const earlier = record(['README env NOTES_MODE'], ['NOTES_MODE']);
  expect(helpFromRecord(earlier, source, { ...about, readme })?.env).toEqual({
    NOTES_MODE: 'local',
  });
});

test('a dependency version that is forced no longer is told no longer', () => {
  const earlier = record(['override x@2.0.1', 'env A_B'], ['A_B']);
  expect(helpFromRecord(earlier, source, about)?.given).toEqual(['env A_B']);
  const forced = { ...source, overrides: { x: '2.0.2' } };
  expect(helpFromRecord(earlier, forced, about)?.given).toEqual(['override x@2.0.2', 'env A_B']);
});

test('what a source says goes before what a record remembers', () => {
  const earlier = record(['env NOTES_URL', 'arguments old'], ['NOTES_URL'], ['old']);
  const help = helpFromRecord(
    earlier,
    { ...source, args: ['new'], env: { NOTES_URL: 'https://notes.example' } },
    about,
  );
  expect(help).toMatchObject({ args: ['new'], env: { NOTES_URL: 'https://notes.example' } });
});

test.for([
  ['a server without a record', undefined],
  ['one that failed', record(['env A_B'], ['A_B'], [], { outcome: 'failed' })],
  ['one that needed nothing', record([])],
] as const)('%s is started as it is', ([, earlier]) => {
  expect(helpFromRecord(earlier, source, about)).toBeUndefined();
});

test('forced dependency versions hold for the very version they were needed by', () => {
  const earlier = record(['override @acme/x@2.0.1', 'override y@1.0.0', 'env A_B']);
  expect(overridesFromRecord(earlier, '1.0.0')).toEqual({ '@acme/x': '2.0.1', y: '1.0.0' });
  expect(overridesFromRecord(earlier, '1.0.1')).toBeUndefined();
  expect(overridesFromRecord(earlier, undefined)).toBeUndefined();
});
