import { once } from 'node:events';
import { statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { makeFolder } from './make-folder.ts';

test('folders are made down to the last, for their owner alone, and may be there already', () => {
  const base = temporaryFolder();
  const folder = join(base, 'a', 'b', 'c');
  makeFolder(folder);
  makeFolder(folder);
  for (const name of ['a', 'a/b', 'a/b/c'])
    expect(statSync(join(base, name)).mode & 0o777).toBe(0o700);
  symlinkSync(folder, join(base, 'link'));
  makeFolder(join(base, 'link'));
});

test('where no folder can be made it says so, and does not go on trying', () => {
  const base = temporaryFolder();
  writeFileSync(join(base, 'file'), '');
  symlinkSync(join(base, 'nowhere'), join(base, 'dangling'));
  expect(() => makeFolder(join(base, 'file'))).toThrow(/EEXIST/);
  expect(() => makeFolder(join(base, 'file', 'x'))).toThrow(/ENOTDIR/);
  expect(() => makeFolder(join(base, 'dangling'))).toThrow(/EEXIST/);
  expect(() => makeFolder('/proc/toolwarden')).toThrow();
  expect(() => makeFolder('/proc/toolwarden/state/keys')).toThrow();
});

test('two that make the same folders at once both find them made', async () => {
  const base = temporaryFolder();
  const file = join(base, 'make.mjs');
  const made = JSON.stringify(new URL('./make-folder.ts', import.meta.url).href);
  writeFileSync(
    file,
    `import { workerData } from 'node:worker_threads';
    import { makeFolder } from ${made};
    const { base, turns } = workerData;
    for (let i = 0; i < 400; i++) {
      // Each begins a turn once the other has come to it.
      Atomics.add(turns, 0, 1);
      while (Atomics.load(turns, 0) < 2 * (i + 1)) Atomics.wait(turns, 1, 0, 0.01);
      makeFolder(base + '/' + i + '/a/b/c');
    }`,
  );
  const turns = new Int32Array(new SharedArrayBuffer(8));
  const ends = [1, 2].map(async () => {
    const worker = new Worker(file, { workerData: { base, turns } });
    // The other must not wait for one that failed.
    worker.once('error', () => Atomics.store(turns, 0, 1_000));
    const [code] = await once(worker, 'exit');
    return code;
  });
  expect(await Promise.all(ends)).toEqual([0, 0]);
});
