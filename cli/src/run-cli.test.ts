import { expect, test } from 'vitest';
import { runCaptured } from '../fixtures/run-captured.ts';

const run = (...args: string[]) => runCaptured(args, { cwd: '/nonexistent' });

const COMMANDS = [
  'crawl',
  'sources',
  'classify',
  'policy',
  'grants',
  'approvals',
  'audit',
  'attacks',
  'build',
  'serve',
  'refresh',
];

test.for(COMMANDS)('%s --help explains it with an example', async (name) => {
  const { code, out, err } = await run(name, '--help');
  expect([code, err]).toEqual([0, []]);
  expect(out.join('\n')).toContain(`toolwarden ${name}`);
  expect(out.join('\n')).toMatch(/Example/);
});

test('no command, or --help, lists the commands', async () => {
  for (const args of [[], ['--help'], ['help']]) {
    const { code, out } = await run(...args);
    expect(code).toBe(0);
    for (const name of COMMANDS) expect(out.join('\n')).toContain(`  ${name}`);
  }
});

test.for([
  [['frob'], /^toolwarden: no command "frob"; expected one of crawl, /],
  [['constructor'], /^toolwarden: no command "constructor"/],
  [
    ['crawl', '--colour'],
    /^toolwarden crawl: Unknown option '--colour'; see toolwarden crawl --help$/,
  ],
  [
    ['crawl', 'npm:../x'],
    /^toolwarden crawl: "npm:\.\.\/x" is no server id: expected an npm package name/,
  ],
  [['crawl', '--for', 'soon'], /^toolwarden crawl: --for soon: expected a time such as 30s/],
  [['crawl'], /^toolwarden crawl: no sources in .*: name a server/],
  [
    ['serve'],
    /^toolwarden serve: .*dist: no site there \(index\.html is missing\); build one with toolwarden build/,
  ],
  [['serve', '--port', '99999'], /^toolwarden serve: /],
  [
    ['build', '--data', 'typo'],
    /^toolwarden build: .*typo: no such data folder; name one with --data/,
  ],
  [['classify', '--data', 'typo'], /^toolwarden classify: .*typo: no such data folder/],
  [
    ['crawl', 'npm:x', '--concurrency', '17'],
    /^toolwarden crawl: --concurrency 17: expected a whole number from 1 to 16/,
  ],
] as const)('%j is one line on stderr and exit code 2', async ([args, pattern]) => {
  const { code, out, err } = await run(...args);
  expect([code, out, err.length]).toEqual([2, [], 1]);
  expect(err[0]).toMatch(pattern);
});

test('a time budget that makes no sense is refused before anything is looked up', async () => {
  expect((await run('refresh', '--every', 'now and then')).err[0]).toMatch(
    /^toolwarden refresh: --every "now and then": expected a cron expression/,
  );
});
