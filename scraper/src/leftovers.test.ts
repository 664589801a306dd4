import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { removeLeftovers, temporaryPrefix } from './leftovers.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'toolwarden-test-'));
  vi.stubEnv('TMPDIR', dir);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(dir, { recursive: true });
});

const { pid: dead } = spawnSync(process.execPath, ['--version']);

test('folders of a dead crawler go, those of a living one and of others stay', async () => {
  for (const kind of ['crawl', 'runtime', 'probe', 'home'])
    await mkdir(join(dir, `toolwarden-${kind}-${dead}-x/deep`), { recursive: true });
  const mine = await mkdtemp(temporaryPrefix('home'));
  await mkdir(join(dir, `other-${dead}-x`));
  await removeLeftovers(join(dir, 'no-data'));
  expect((await readdir(dir)).map((name) => join(dir, name)).sort()).toEqual(
    [mine, join(dir, `other-${dead}-x`)].sort(),
  );
});

test('drafts of a dead writer go from the data folder when they are old', async () => {
  const write = async (path: string, ageMs: number) => {
    await writeFile(join(dir, path), '');
    const at = new Date(Date.now() - ageMs);
    await utimes(join(dir, path), at, at);
  };
  await mkdir(join(dir, 'servers/00'), { recursive: true });
  await write(`servers/00/a.json.${dead}.tmp`, 3_600_000);
  await write(`servers/00/b.json.${dead}.tmp`, 0);
  await write(`servers/00/c.json.${process.pid}.tmp`, 3_600_000);
  await write('servers/00/d.json', 3_600_000);
  await write(`.crawl.lock.${dead}.5f0c`, 3_600_000);
  await write('.crawl.lock', 3_600_000);
  await removeLeftovers(dir);
  expect((await readdir(join(dir, 'servers/00'))).sort()).toEqual([
    `b.json.${dead}.tmp`,
    `c.json.${process.pid}.tmp`,
    'd.json',
  ]);
  expect(await readdir(dir)).toContain('.crawl.lock');
  expect(await readdir(dir)).not.toContain(`.crawl.lock.${dead}.5f0c`);
});
