import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { fileTree, withTree } from './file-tree.ts';

const root = resolve(import.meta.dirname, '..');

test('docs/architecture.md names every source file with what it is (npm run fix:tree writes it)', async () => {
  const page = await readFile(join(root, 'docs/architecture.md'), 'utf8');
  const tree = await fileTree(root);
  expect(withTree(page, tree)).toBe(page);
});
