import { createHmac } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { argumentKeyPath, openArgumentHasher } from './argument-hash.ts';

test('short and long texts of any characters are hashed as HMAC-SHA-256 has it', () => {
  const keys = join(temporaryFolder(), 'keys');
  mkdirSync(keys, { mode: 0o700 });
  const key = '5a'.repeat(31).concat('c3');
  writeFileSync(argumentKeyPath(keys), `${key}\n`, { mode: 0o600 });
  const hasher = openArgumentHasher(keys);
  const texts = ['', '{}', 'é€😀', '\ud800', 'x'.repeat(1024), '€'.repeat(1024), 'é'.repeat(1025)];
  texts.push('€'.repeat(32 * 1024), 'é'.repeat(32 * 1024 + 1));
  // Twice, because the short ones share a buffer.
  for (const text of [...texts, ...texts.toReversed()]) {
    const expected = createHmac('sha256', Buffer.from(key, 'hex')).update(text).digest('hex');
    expect(hasher.hash(text)).toBe(expected);
  }
});
