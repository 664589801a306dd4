import { expect, test } from 'vitest';
import { settingOf, switchesIn } from './switches.ts';

test.for([
  ['`ITERABLE_ENABLE_WRITES=true` lets it write', 'ITERABLE_ENABLE_WRITES', 'false', 'true'],
  ['ITERABLE_USER_PII | `false` | show personal data', 'ITERABLE_USER_PII', 'false', 'true'],
  ['`READ_ONLY`: only reading tools', 'READ_ONLY', 'true', 'false'],
  ['`GITLAB_READ_ONLY_MODE`', 'GITLAB_READ_ONLY_MODE', 'true', 'false'],
  ['DISABLE_DELETE=true', 'DISABLE_DELETE', 'true', 'false'],
  ['GITHUB_TOOLSETS: "all" or a list', 'GITHUB_TOOLSETS', undefined, 'all'],
  ['`--read-only` starts it without writes', '--read-only', '', undefined],
  ['`--allow-write`', '--allow-write', undefined, ''],
  ['`--toolsets all`', '--toolsets', undefined, 'all'],
] as const)('"%s" names a switch', ([readme, name, least, most]) => {
  expect(switchesIn(readme)).toEqual([
    expect.objectContaining({
      name,
      ...(least !== undefined && { least }),
      ...(most !== undefined && { most }),
    }),
  ]);
});

test.for([
  'LOG_LEVEL=true',
  'ENABLE_TELEMETRY=true',
  'MCP_HTTP_ENABLED=true',
  'ALLOWED_HOSTS=true',
  'API_TOKEN=true',
  'UPDATE_INTERVAL=10',
  'WRITE',
  '--verbose --no-color --port 80',
  'DEFAULT_TOOLSETS=core',
])('"%s" names none', (readme) => {
  expect(switchesIn(readme)).toEqual([]);
});

test('what a registry says of a variable counts like a README', () => {
  const variables = [
    { name: 'NOTES_ALLOW_SENDS', description: 'Send mail', choices: ['true', 'false'] },
  ];
  expect(settingOf(switchesIn('', variables), 'most')).toEqual({
    env: { NOTES_ALLOW_SENDS: 'true' },
    args: [],
    switches: { NOTES_ALLOW_SENDS: 'true' },
  });
});

test('options stand alone or before their value', () => {
  expect(settingOf(switchesIn('`--allow-write` `--toolsets all`'), 'most')?.args).toEqual([
    ...['--allow-write', '--toolsets', 'all'],
  ]);
  expect(settingOf([], 'least')).toBeUndefined();
});

test('a long README without line breaks costs no time', () => {
  expect(switchesIn('A_'.repeat(400_000) + '--a-'.repeat(400_000))).toEqual([]);
});
