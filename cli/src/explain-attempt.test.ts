import type { CrawlAttempt } from '@toolwarden/scraper';
import { expect, test } from 'vitest';
import { explainAttempt } from './explain-attempt.ts';

const failed: CrawlAttempt = {
  server: 'npm:notes',
  given: ['env NOTES_KEY', 'arguments mcp'],
  command: ['node', '/package/index.js', 'mcp', 'a b'],
  tools: 0,
  reason: 'wants-configuration',
  exit: { code: 1, signal: null },
  output: 'NOTES_URL is missing\n\n\u001b[31mred\u001b[0m\u0007\n',
};

test('an attempt is told with command, help, exit and its own words, which cannot move the cursor', () => {
  expect(explainAttempt(failed, 2)).toEqual([
    'npm:notes attempt 2, given env NOTES_KEY; arguments mcp',
    "  $ node /package/index.js mcp 'a b'",
    '  wants-configuration, 0 tools, exit 1',
    '  | NOTES_URL is missing',
    '  | red\\u{7}',
  ]);
});

test('one that was killed is told with the signal and the limit', () => {
  const killed = {
    ...failed,
    exit: { code: null, signal: 'SIGKILL' },
    exceeded: 'line over 8 MiB',
  };
  expect(explainAttempt(killed, 1)).toContain(
    '  wants-configuration, 0 tools, SIGKILL, line over 8 MiB',
  );
});
