import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { openLoginTokens } from './login-token.ts';

const HOUR = 60 * 60_000;

test('P15: a clock that is set back opens no login a second time, and what is long over is forgotten', () => {
  const keys = temporaryFolder();
  const tokens = openLoginTokens(keys);
  const [first, second, third] = [1, 3, 100].map((hours) => tokens.create('ada', hours * HOUR));
  const use = (token: string | undefined, at: number) => tokens.useToken(token ?? '', at)?.by;
  expect(use(first, 0)).toBe('ada');
  expect(use(second, 2 * HOUR)).toBe('ada');
  expect(use(first, 0)).toBe(undefined);
  expect(use(third, 90 * HOUR)).toBe('ada');
  expect(readdirSync(join(keys, 'logins'))).toHaveLength(1);
});
