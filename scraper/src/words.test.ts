import { describe, expect, test } from 'vitest';
import { detailOf, hideAddresses, stripControls, tellingLine } from './words.ts';

describe('the words of a record', () => {
  const hidden = {
    paths: [['/tmp/run-1/package-0', '/package'] as [string, string]],
    hosts: ['npm.acme.dev'],
  };

  test('name neither folders nor hosts of this machine', () => {
    expect(detailOf('cannot read /tmp/run-1/package-0/x from npm.acme.dev', hidden)).toBe(
      'cannot read /package/x from registry',
    );
  });

  test('are one line of at most 500 characters', () => {
    expect(detailOf('a\n  b\tc', hidden)).toBe('a b c');
    expect(detailOf('[2026-11-21T05:01:43.232Z] a 2026-11-21 05:01:43 b', hidden)).toBe('a b');
    expect(detailOf('x'.repeat(900), hidden)).toHaveLength(500);
  });

  test('hold no secrets that a program repeats', () => {
    const token = `ghp_${'a1'.repeat(18)}`;
    expect(detailOf(`bad token ${token} at https://user:pass@example.com`, hidden)).toBe(
      'bad token ghp_… at https://…@example.com',
    );
  });

  test('hold no terminal sequences, line turns or broken characters', () => {
    expect(
      stripControls('\u001b[31mred\u001b[0m \u001b]8;;http://x\u0007link\u202e\ud800 \u0000end'),
    ).toBe('red link end');
  });

  test('of the package manager hold no addresses', () => {
    expect(hideAddresses('404 - GET https://npm.acme.dev/x (git+ssh://git@host/y.git)')).toBe(
      '404 - GET address (address)',
    );
  });
});

describe('the telling line', () => {
  test.for([
    [
      'Starting…\nError: API_KEY is required\n    at main (x.js:1:2)\n',
      'Error: API_KEY is required',
    ],
    [
      '/package/x.js:12\n  throw new Error(missing);\n  ^\n\nError: missing key\n    at x\n',
      'Error: missing key',
    ],
    ['Missing variables:\n  NOTES_KEY\n', 'Missing variables: NOTES_KEY'],
    ['one\ntwo\n', 'two'],
    ['(node:12) Warning: old\nNode.js v24.1.0\n', '(node:12) Warning: old'],
  ] as const)('of %j is %j', ([text, line]) => {
    expect(tellingLine(text)).toBe(line);
  });

  test('is absent where nothing was said', () => {
    expect(tellingLine(' \n\n')).toBeUndefined();
  });
});
