import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const read = (file: string) => JSON.parse(readFileSync(join(root, file), 'utf8'));

test('every package with an install script is named in allowScripts, and only node may run its own', () => {
  const locked: Record<string, { hasInstallScript?: boolean }> = read('package-lock.json').packages;
  const withScript = Object.entries(locked).filter(
    ([, { hasInstallScript }]) => hasInstallScript === true,
  );
  const names = new Set(
    withScript.map(([path]) =>
      path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
    ),
  );
  const allowed: Record<string, boolean> = read('package.json').allowScripts;
  expect([...names].filter((name) => !Object.hasOwn(allowed, name))).toEqual([]);
  expect(Object.keys(allowed).filter((name) => allowed[name] === true)).toEqual(['node']);
});

test('the lock file names no registry host and no git source', () => {
  const text = readFileSync(join(root, 'package-lock.json'), 'utf8');
  expect(text.match(/"resolved": "(?!packages|[a-z]+")[^"]*"/g) ?? []).toEqual([]);
});
