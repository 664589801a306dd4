import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { crawlReasons } from '@toolwarden/catalogue';
import { expect, test } from 'vitest';

test('every reason for a failed listing is explained once in docs/crawling.md, and no other', () => {
  const text = readFileSync(join(import.meta.dirname, '../../docs/crawling.md'), 'utf8');
  const section = text.slice(
    text.indexOf('## Why a listing fails'),
    text.indexOf('## Helping a server'),
  );
  const explained = [...section.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, reason]) => reason);
  expect(explained.sort()).toEqual([...crawlReasons].sort());
});
