import { describe, expect, test } from 'vitest';
import { optionsNamed, positionalsNamed, variablesNamed } from './wants.ts';

describe('variables named by a server', () => {
  test.for([
    ['Error: NOTES_API_KEY is required', ['NOTES_API_KEY']],
    ['Missing required environment variables:\n  - A_KEY\n  - B_URL', ['A_KEY', 'B_URL']],
    ['Set NOTES_TOKEN or NOTES_PASSWORD', ['NOTES_TOKEN']],
    ['X_API_KEY and X_API_KEY_FILE must be set', ['X_API_KEY']],
    ['code: ERR_MODULE_NOT_FOUND required', []],
    ['loaded MAX_RETRIES', []],
    ['Please set the environment variable TOKEN', ['TOKEN']],
    ['Required: export DSN="your connection"', ['DSN']],
    ['ERROR: URL is required', []],
  ] as const)('%j gives %j', ([output, names]) => {
    expect(variablesNamed(output)).toEqual(names);
  });
});

test.for([
  ["error: required option '--project-id <id>' not specified", ['--project-id']],
  ['Missing required arguments: token, org', ['--token', '--org']],
  ['Please provide --access-token or set X_TOKEN', ['--access-token']],
  ['  --verbose   required for more words', []],
  ['Missing required flag orgs', ['--orgs']],
  ['Usage: notes --root-dir <dir> [--port <n>]', ['--root-dir']],
  ['The following required arguments are missing:\n  - token: your token', ['--token']],
  ['No token; pass `--token`.\nUsage: x [--token=<t>]\nThey need --host or --port', ['--token']],
] as const)('options in %j are %j', ([output, names]) => {
  expect(optionsNamed(output)).toEqual(names);
});

test.for([
  ['Missing account ID. Usage: npx notes run [account_id]', ['account_id']],
  ['Please provide a folder\nUsage: notes <folder> --mode <mode> [options]', ['folder']],
  ['Usage: notes <folder>', []],
] as const)('words wanted in %j are %j', ([output, names]) => {
  expect(positionalsNamed(output)).toEqual(names);
});
