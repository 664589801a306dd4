import { describe, expect, test } from 'vitest';
import { coax, type Help, type Situation } from './coax.ts';
import { diagnose } from './diagnose.ts';
import type { Attempt } from './introspect.ts';
import { ListingError } from './listing.ts';
import { AskError } from './session.ts';

const none: Help = {
  args: [],
  env: {},
  files: {},
  ports: [],
  isBridged: false,
  isStateless: false,
  given: [],
};

function situation(stderr: string, more: Partial<Situation> = {}, isTimeout = false): Situation {
  const cause = isTimeout ? new AskError('timeout', 'timed out') : new AskError('closed', 'closed');
  const attempt: Attempt = {
    error: new ListingError('initialize', cause),
    exit: { code: 1, signal: null },
    stderr,
    junk: [],
  };
  return {
    help: none,
    attempt,
    diagnosis: diagnose(attempt),
    readme: '',
    packageName: '@acme/notes',
    binName: 'notes',
    ...more,
  };
}
const helpFor = (...args: Parameters<typeof situation>) => coax(situation(...args), new Set());

describe('help for a failed start', () => {
  test('is a placeholder for the variable it names, on top of what it had', () => {
    const help = { ...none, env: { A_KEY: 'x' }, given: ['env A_KEY'] };
    expect(helpFor('B_URL is not set', { help })).toEqual({
      ...none,
      env: { A_KEY: 'x', B_URL: 'https://example.com' },
      given: ['env A_KEY', 'env B_URL'],
    });
  });

  test('is a subcommand only where usage text names it', () => {
    expect(
      helpFor('Usage: notes <command>\n\nCommands:\n  login   Log in\n  mcp     Start the server'),
    ).toMatchObject({
      args: ['mcp'],
      given: ['argument mcp'],
    });
    expect(helpFor('Usage: notes <file>')?.args ?? []).toEqual([]);
  });

  test('is a subcommand of a subcommand, where the first one’s usage text names it', () => {
    const help = { ...none, args: ['server'], given: ['argument server'] };
    const usage =
      'Usage: notes server [command]\n\nCommands:\n  start   Starts it\n  info    Tells of it';
    expect(helpFor(usage, { help })?.args).toEqual(['server', 'start']);
    expect(helpFor(usage, { help: { ...help, given: [] } })?.args ?? []).not.toContain('start');
  });

  test('is a dummy file where credentials are missing and only its README says where they lie', () => {
    const readme = 'Set `NOTES_CREDENTIALS_PATH` to where they were saved.';
    expect(
      helpFor("Credentials not found. Please run with 'auth' first.", { readme }),
    ).toMatchObject({
      env: { NOTES_CREDENTIALS_PATH: '{dir}/credentials.json' },
      given: ['env NOTES_CREDENTIALS_PATH', 'file credentials.json'],
    });
  });

  test('is a dummy file where credentials are missing', () => {
    const help = helpFor(
      'Error: credentials file not found. Set the GOOGLE_OAUTH_CREDENTIALS environment variable',
    );
    expect(help).toMatchObject({
      env: { GOOGLE_OAUTH_CREDENTIALS: '{dir}/credentials.json' },
      given: ['env GOOGLE_OAUTH_CREDENTIALS', 'file credentials.json'],
    });
    expect(JSON.parse(help?.files['credentials.json'] ?? '')).toHaveProperty('installed.client_id');
  });

  test('is stdio for a server that listens on a port', () => {
    expect(helpFor('listening on http://localhost:3000', {}, true)?.args).toEqual(['--stdio']);
    expect(
      helpFor(
        'listening on port 3000',
        { readme: 'Use `--transport stdio` for desktop clients' },
        true,
      )?.args,
    ).toEqual(['--transport', 'stdio']);
  });

  test('is a folder where one is asked for', () => {
    expect(helpFor('Usage: notes <vault-directory>')?.args).toEqual(['{dir}']);
  });

  test('is a word after the command where the usage line wants one', () => {
    expect(helpFor('Error: Missing account ID. Usage: notes run [account_id]')).toMatchObject({
      args: ['0123456789abcdef0123456789abcdef'],
      given: ['argument <account_id>'],
    });
  });

  test('is what the README calls alike, where the named variables were not enough', () => {
    const help = { ...none, env: { NOTES_MAIL_ADDRESS: 'x' }, given: ['env NOTES_MAIL_ADDRESS'] };
    const readme = 'Set `NOTES_MAIL_HOST`, `NOTES_MAIL_THEME` and `OTHER_MAIL_HOST`.';
    expect(
      helpFor('Set environment variables (NOTES_MAIL_ADDRESS, etc.)', { help, readme })?.env,
    ).toEqual({
      NOTES_MAIL_ADDRESS: 'x',
      NOTES_MAIL_HOST: 'localhost',
    });
  });

  test('is a silent listener where a backend refuses', () => {
    expect(helpFor('Error: connect ECONNREFUSED 127.0.0.1:6379')).toMatchObject({
      ports: [6379],
      given: ['silent listener on 6379'],
    });
  });

  // A quadratic pattern would take longer here than any test may.
  test.for([
    ['blank lines', '\n'.repeat(1_000_000)],
    ['spaces', ` ${' '.repeat(1_000_000)}`],
    ['words', 'missing required usage: port '.repeat(30_000)],
    ['names', `A_${'B_'.repeat(400_000)} required`],
    ['brackets', '[<--x '.repeat(100_000)],
    ['fences', '```\n"args"'.repeat(80_000)],
    ['commas', `\`\`\`\n"args"${', '.repeat(400_000)}\n\`\`\``],
  ] as const)('is found in linear time in a flood of %s', ([, flood]) => {
    for (const reason of [
      'wants-configuration',
      'wants-arguments',
      'unsupported-transport',
      'crashed',
    ] as const) {
      const found = situation(flood, { readme: flood });
      const tried = new Set<string>();
      for (let round = 0; round < 3; round++)
        coax({ ...found, diagnosis: { reason, words: '' } }, tried);
      expect(tried.size).toBeLessThanOrEqual(3);
    }
  });

  test('is never the same twice', () => {
    const tried = new Set<string>();
    const one = situation('Error: A_KEY is required');
    expect(coax(one, tried)).toBeDefined();
    expect(coax(one, tried)).toBeUndefined();
  });

  test('is not there for what help cannot change', () => {
    expect(helpFor('Could not locate the bindings file. Tried x.node')).toBeUndefined();
  });
});
