import type { CrawlResult } from '@toolwarden/scraper';
import { expect, test } from 'vitest';
import { painter } from '../paint.ts';
import { humanLine, outputLine, readHosts } from './crawl.ts';

const listed: CrawlResult = {
  server: 'npm:@acme/notes',
  version: '1.0.0',
  outcome: 'complete',
  tools: 1,
  help: ['env NOTES_KEY'],
  durationMs: 1234,
};
const plain = painter({ isTty: false, env: {} });

test.for<[CrawlResult, string]>([
  [listed, 'complete npm:@acme/notes@1.0.0  1 tool  1.2 s  (env NOTES_KEY)'],
  [
    { ...listed, outcome: 'partial', reason: 'timeout', tools: 2, help: [] },
    'partial  npm:@acme/notes@1.0.0  2 tools: timeout  1.2 s',
  ],
  [
    {
      ...listed,
      outcome: 'failed',
      reason: 'not-found',
      detail: 'no such package',
      version: '',
      help: [],
    },
    'failed   npm:@acme/notes  not-found: no such package  1.2 s',
  ],
])('%j reads as one line', ([result, line]) => {
  expect(humanLine(result, plain)).toBe(line);
});

test('colour is for a terminal, and NO_COLOR turns it off', () => {
  expect(humanLine(listed, painter({ isTty: true, env: {} }))).toContain(
    '\u001b[32mcomplete\u001b[39m',
  );
  expect(humanLine(listed, painter({ isTty: true, env: { NO_COLOR: '1' } }))).toBe(
    humanLine(listed, plain),
  );
});

test('the JSON line holds the keys of the contract only', () => {
  expect(Object.keys(outputLine({ ...listed, detail: 'words' }))).toEqual([
    'server',
    'version',
    'outcome',
    'tools',
    'help',
    'durationMs',
  ]);
});

test('hosts to allow are names or addresses, with a port where it is not 443', () => {
  expect(readHosts(undefined)).toBeUndefined();
  expect(readHosts('api.acme.dev, 10.0.0.7:8443,[::1]:5432')).toEqual([
    ...['api.acme.dev:443', '10.0.0.7:8443', '[::1]:5432'],
  ]);
});

test.for([
  '',
  'https://api.acme.dev',
  'api.acme.dev/v1',
  'me@api.acme.dev',
  '*',
  'a..b/',
  '2130706433',
])('%j is no host to allow', (text) => {
  expect(() => readHosts(text)).toThrow('--allow-net');
});
