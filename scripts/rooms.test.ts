import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import glob from 'fast-glob';
import { expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '..');
/** Who may import whom; scripts may import every room, and no room imports them or the command. */
const ALLOWED: Record<string, string[]> = {
  catalogue: [],
  policy: ['catalogue'],
  scraper: ['catalogue'],
  classifier: ['catalogue'],
  gateway: ['catalogue', 'policy'],
  attacks: ['catalogue', 'policy', 'gateway'],
  site: ['catalogue', 'policy', 'gateway'],
  cli: ['catalogue', 'policy', 'scraper', 'classifier', 'gateway', 'attacks', 'site'],
};

const sources = await glob(
  '{catalogue,policy,scraper,classifier,gateway,attacks,site,cli}/**/*.{ts,astro}',
  { cwd: root, ignore: ['**/node_modules/**', 'site/dist/**', 'site/.astro/**'] },
);
const importsOf = async (file: string) => {
  const text = await readFile(join(root, file), 'utf8');
  return [...text.matchAll(/(?:from|import\()\s*'([^']+)'/g)].map(([, target]) => target as string);
};

test.for(sources)('%s imports only rooms it may', async (file) => {
  const room = file.split('/')[0] as string;
  for (const target of await importsOf(file)) {
    const other = /^@toolwarden\/([a-z]+)/.exec(target)?.[1];
    if (other !== undefined && other !== room) expect(ALLOWED[room], target).toContain(other);
    // A relative path never leaves the room: what a room does not export is private.
    if (target.startsWith('.'))
      expect(resolve(root, file, '..', target).startsWith(join(root, room)), target).toBe(true);
  }
});

test.for(
  sources.filter(
    (file) => /^(policy\/src|catalogue\/src\/(?!store))/.test(file) && !/\.test\.ts$/.test(file),
  ),
)('%s runs in a browser: no node: imports', async (file) => {
  expect(
    (await importsOf(file)).filter(
      (target) => target.startsWith('node:') || target.endsWith('/store'),
    ),
  ).toEqual([]);
});
