import { expect, test } from 'vitest';
import { CliError, readArguments, readDuration, readNumber } from './command.ts';

test.for([
  ['30s', 30_000],
  ['10m', 600_000],
  ['6h', 21_600_000],
  ['2d', 172_800_000],
] as const)('%s is %d ms', ([text, ms]) => {
  expect(readDuration('for', text)).toBe(ms);
});

test.for(['', '10', 'm', '-1m', '1.5h', '0s', '25d', '9999999999d', '10 m'])(
  '%j is no time',
  (text) => {
    expect(() => readDuration('for', text)).toThrow(CliError);
  },
);

test('numbers have bounds', () => {
  expect(readNumber('port', '0', 0, 65_535)).toBe(0);
  for (const text of ['', '-1', '65536', '1e3', '0x10', '1.0'])
    expect(() => readNumber('port', text, 0, 65_535)).toThrow(/whole number from 0 to 65535/);
});

test('an unknown option is one line that names it and where to look', () => {
  expect(() => readArguments('build', ['--outt', 'x'], { out: { type: 'string' } })).toThrow(
    /^build: Unknown option '--outt'; see toolwarden build --help$/,
  );
});
