import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** A digest over the paths and bytes of all files below a folder, and of each of them. */
export type TreeDigest = { digest: string; files: number; each: Map<string, string> };

/** Reads a whole folder; one that is not there is empty. */
export async function treeDigest(dir: string): Promise<TreeDigest> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true }).catch(() => []);
  const paths = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .sort();
  const each = new Map(
    // One file after the other: hundreds of thousands of promises would take longer than the reading.
    paths.map((path) => [relative(dir, path), hash('sha256', readFileSync(path), 'hex')] as const),
  );
  return { digest: hash('sha256', JSON.stringify([...each]), 'hex'), files: each.size, each };
}
