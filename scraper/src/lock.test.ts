import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lockStore } from './lock.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'toolwarden-lock-'));
});
afterEach(() => rm(dir, { recursive: true }));

const forge = (owner: object) => writeFile(join(dir, '.crawl.lock'), JSON.stringify(owner));

test('a second crawler is refused while the first lives, and let in after it', async () => {
  const lock = await lockStore(dir);
  await expect(lockStore(dir)).rejects.toMatchObject({
    code: 'locked',
    message: expect.stringContaining(String(process.pid)),
  });
  await lock.release();
  await (await lockStore(dir)).release();
  expect(await readdir(dir)).toEqual([]);
});

test('of many at once one gets it', async () => {
  const ends = await Promise.allSettled(Array.from({ length: 20 }, () => lockStore(dir)));
  expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});

test('the lock of a dead process is taken over', async () => {
  const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
  await new Promise((resolve) => child.once('exit', resolve));
  await forge({ pid: child.pid, started: '1', host: hostname() });
  await (await lockStore(dir)).release();
});

test('a later process with the same number is not its owner', async () => {
  await forge({ pid: process.pid, started: '1', host: hostname() });
  await (await lockStore(dir)).release();
});

test('half a lock is nobody’s', async () => {
  await writeFile(join(dir, '.crawl.lock'), '{"pid":');
  await (await lockStore(dir)).release();
});

test('another machine’s lock counts', async () => {
  await forge({ pid: 1, started: '1', host: `not-${hostname()}` });
  await expect(lockStore(dir)).rejects.toMatchObject({ code: 'locked' });
});

test('a data folder that is not there is made', async () => {
  await (await lockStore(join(dir, 'a/b'))).release();
  expect(await readdir(join(dir, 'a'))).toEqual(['b']);
});

test('a data folder that cannot be made is one clear line', async () => {
  await writeFile(join(dir, 'file'), '');
  const refusal = await lockStore(join(dir, 'file/data')).catch((error: Error) => error);
  expect(refusal).toMatchObject({ name: 'StoreError', code: 'unwritable' });
  expect((refusal as Error).message).toContain(`${join(dir, 'file/data')}: cannot be written`);
  expect((refusal as Error).message).not.toContain('\n');
});
