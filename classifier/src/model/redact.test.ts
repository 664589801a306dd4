import { expect, test } from 'vitest';
import { redactSecrets } from './redact.ts';

test('a text without secrets is the very same', async () => {
  const definition = {
    name: 'get_note',
    description: 'Needs a token, see the manual. Password: yours.',
  };
  expect(await redactSecrets(definition)).toBe(definition);
});

test('a secret told by its context is taken out where it stands alone, too', async () => {
  const secret = `${'q8Zr3'}kLmN0pXw2Vt`;
  expect(
    await redactSecrets({
      description: `api_key=${secret}`,
      values: [secret, 7, null],
    }),
  ).toEqual({ description: 'api_key=[redacted]', values: ['[redacted]', 7, null] });
});

test('keys of prototypes in a hostile definition stay data', async () => {
  const value = JSON.parse(`{"__proto__": {"a": "AKIA${'Q3EGRQ7XK2LMN4PQ'}"}}`);
  const clean = await redactSecrets(value);
  expect(JSON.stringify(clean)).toBe('{"__proto__":{"a":"[redacted]"}}');
});

test('of a definition that is full of secrets nothing is sent, however many there are', async () => {
  const full = Object.fromEntries(
    [...Array(20_000).keys()].map((index) => [`k${index}`, `token=abcdefghijk${index}0000000000`]),
  );
  const clean = await redactSecrets({ name: 'get_note', full });
  expect(JSON.stringify(clean)).not.toMatch(/get_note|abcdefg/);
});

// Written in two parts, so that no scanner takes this file for a leak.
test.for([
  ['github_pat_', '11ABCDEFG0abcdefghijkl_mnopqrstuvwxyz0123456789ABCDEFGHIJ'],
  ['GOCSPX-', 'abcdefghijklmnopqrstuvwxyz12'],
  ['110201543:', 'AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw1'],
  ['SK', '0123456789abcdef0123456789abcdef'],
  ['client_secret=', 'abcdEFGH1234ijklMNOP'],
  ['aws_secret_access_key = ', 'wJalrXUtnFEMI7K7MDENGbPxRfiCYEXAMPLEKEY'],
  ['AccountKey=', 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErC=='],
])('a secret that begins with %s is taken out', async ([start = '', rest = '']) => {
  const clean = await redactSecrets({ description: `Use ${start}${rest} to log in.` });
  expect(clean.description).not.toContain(rest);
  expect(clean.description).toMatch(/^Use .*\[redacted\] to log in\.$/);
});
