// `npm run fix:tree`: writes the tree of files into docs/architecture.md.
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileTree, withTree } from './file-tree.ts';

const root = resolve(import.meta.dirname, '..');
const page = join(root, 'docs/architecture.md');
await writeFile(page, withTree(await readFile(page, 'utf8'), await fileTree(root)));
