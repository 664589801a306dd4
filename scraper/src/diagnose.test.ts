import { describe, expect, test } from 'vitest';
import { diagnose } from './diagnose.ts';
import type { Attempt } from './introspect.ts';
import { ListingError } from './listing.ts';
import { AskError } from './session.ts';

const failed = (stderr: string, more: Partial<Attempt> = {}): Attempt => ({
  error: new ListingError('initialize', new AskError('closed', 'Connection closed')),
  exit: { code: 1, signal: null },
  stderr,
  junk: [],
  ...more,
});
const silent = new ListingError('initialize', new AskError('timeout', 'Request timed out'));

describe('a failed start', () => {
  test.for([
    ['Error: NOTES_API_KEY environment variable is required', 'wants-configuration'],
    ['Please log in first: no credentials found', 'wants-configuration'],
    ['Usage: notes-mcp <directory>', 'wants-arguments'],
    ["error: required option '--project-id <id>' not specified", 'wants-arguments'],
    ['Usage: x [options]\nError: NOTES_TOKEN must be set', 'wants-configuration'],
    ['Error: getaddrinfo EAI_AGAIN api.example.com', 'wants-network'],
    ['TypeError: fetch failed', 'wants-network'],
    ['Error: connect ECONNREFUSED 127.0.0.1:6379', 'wants-backend'],
    [
      'Error: Could not locate the bindings file. Tried: build/node_sqlite3.node',
      'wants-native-module',
    ],
    ["Error: Cannot find module '../build/Release/keytar.node'", 'wants-native-module'],
    ['Error: spawn python3 ENOENT', 'runtime-missing'],
    ["Error [ERR_MODULE_NOT_FOUND]: Cannot find module 'x'", 'crashed'],
    ["TypeError: Cannot read properties of undefined (reading 'x')", 'crashed'],
    ['Error: ENOSPC: no space left on device, write', 'disk-full'],
    ['', 'silent-exit'],
  ] as const)('that says %j is %s', ([stderr, reason]) => {
    expect(diagnose(failed(stderr)).reason).toBe(reason);
  });

  test.for([
    ['', 'timeout'],
    ['MCP server listening on http://localhost:3000/mcp', 'unsupported-transport'],
    ['Server running on port 8080', 'unsupported-transport'],
  ] as const)('that waits and says %j is %s', ([stderr, reason]) => {
    expect(diagnose(failed(stderr, { error: silent })).reason).toBe(reason);
  });

  test('reads what stood on stdout as well', () => {
    expect(diagnose(failed('', { junk: ['Usage: notes <command>', '  mcp   Start'] })).reason).toBe(
      'wants-arguments',
    );
  });

  test('that answers with an error is quoted', () => {
    const error = new ListingError('tools/list', new AskError('other', 'boom'));
    expect(diagnose(failed('other words', { error }))).toEqual({
      reason: 'protocol-error',
      words: 'boom',
    });
  });

  test('at a limit is that, whatever it said', () => {
    expect(diagnose(failed('Error: X_KEY required', { exceeded: 'memory over 512 MiB' }))).toEqual({
      reason: 'limit-exceeded',
      words: 'stopped at a limit: memory over 512 MiB',
    });
  });

  test('without a word tells how it ended', () => {
    expect(diagnose(failed('')).words).toBe('ended with code 1 without a word');
  });

  test('is read in linear time, however long its lines', () => {
    const hostile = `${'A_'.repeat(300_000)} required ${'missing '.repeat(50_000)}${'-'.repeat(300_000)}`;
    expect(diagnose(failed(hostile)).reason).toBeTypeOf('string');
  });
});
