import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import glob from 'fast-glob';

/** The files that hold one server, and a digest of their bytes: equal digests need no second reading. */
export type ServerFiles = {
  /** The files' common name without a suffix. */
  name: string;
  digest: string;
  /** Of all of them together. */
  bytes: number;
  /** Relative to the data folder, sorted. */
  files: string[];
};

const PATTERNS = [
  '{servers,classifications}/**/*.json',
  'corrections/**/*.json',
  'history/**/*.jsonl',
];
/** Files read at once: enough to keep a disk busy, far from the limit of open files. */
const READ_AT_ONCE = 64;

/** Groups a data folder's files by server and hashes them, sorted by name. Parses nothing. */
export async function fingerprintServers(dir: string): Promise<ServerFiles[]> {
  const found = await glob(PATTERNS, { cwd: dir, onlyFiles: true, followSymbolicLinks: false });
  const files = found.sort();
  const hashes: { digest: string; bytes: number }[] = [];
  for (let start = 0; start < files.length; start += READ_AT_ONCE)
    hashes.push(
      ...(await Promise.all(
        files.slice(start, start + READ_AT_ONCE).map(async (file) => {
          const content = await readFile(join(dir, file));
          const digest = createHash('sha256').update(content).digest('hex');
          return { digest, bytes: content.length };
        }),
      )),
    );
  const groups = Map.groupBy(files.keys(), (index) => {
    const file = files[index] as string;
    return basename(file, extname(file));
  });
  return [...groups]
    .map(([name, indexes]) => ({
      name,
      files: indexes.map((index) => files[index] as string),
      bytes: indexes.reduce((sum, index) => sum + (hashes[index]?.bytes ?? 0), 0),
      digest: createHash('sha256')
        .update(indexes.map((index) => `${files[index]} ${hashes[index]?.digest}\n`).join(''))
        .digest('hex'),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
