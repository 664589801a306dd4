import { statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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
