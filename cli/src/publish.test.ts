import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openPublication } from './publish.ts';

const extent = { servers: 1, tools: 2 };
let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'toolwarden-publish-'));
});
afterEach(() => rm(dir, { recursive: true }));

test('readers see the old release until the new one is whole, then the new one', async () => {
  let now = 0;
  const publication = openPublication(dir, () => (now += 1000));
  expect(await publication.hasRelease()).toBe(false);
  const release = async (text: string) => {
    const folder = await publication.nextRelease();
    await mkdir(folder);
    await writeFile(join(folder, 'index.html'), text);
    return folder;
  };
  await publication.publish(await release('one'), extent);
  const second = await release('two');
  expect(await readFile(join(publication.current, 'index.html'), 'utf8')).toBe('one');
  await publication.publish(second, extent);
  expect(await readFile(join(publication.current, 'index.html'), 'utf8')).toBe('two');
  expect(await publication.hasRelease()).toBe(true);
});

test('a publication tells how much its current release holds', async () => {
  const publication = openPublication(dir);
  expect(await publication.extent()).toBeUndefined();
  const folder = await publication.nextRelease();
  await mkdir(folder);
  await publication.publish(folder, extent);
  expect(await publication.extent()).toEqual(extent);
});

test('the release that the next one pushes out may be taken for it, and no other', async () => {
  let now = 0;
  const publication = openPublication(dir, () => (now += 1000));
  const folders: string[] = [];
  for (let index = 0; index < 4; index++) {
    // Only where two others stay beside the current one.
    expect(await publication.spareRelease()).toBe(folders.at(-3));
    if (folders.length > 2) await rm(folders.at(-3) ?? '', { recursive: true });
    const folder = await publication.nextRelease();
    folders.push(folder);
    await mkdir(folder);
    await publication.publish(folder, extent);
  }
  expect(await readdir(join(dir, 'releases'))).toHaveLength(6);
});

test('the current release and the two before it are kept, older ones go', async () => {
  let now = 0;
  const publication = openPublication(dir, () => (now += 1000));
  for (let index = 0; index < 5; index++) {
    const folder = await publication.nextRelease();
    await mkdir(folder);
    await publication.publish(folder, extent);
  }
  const kept = await readdir(join(dir, 'releases'));
  expect(kept).toHaveLength(6);
  expect(await readlink(publication.current)).toBe(
    join('releases', kept.sort().findLast((name) => !name.endsWith('.json')) as string),
  );
});

test('a release that another process still builds stays, one that nobody touched for a day goes', async () => {
  let now = 0;
  const publication = openPublication(dir, () => (now += 1000));
  const [building, left] = ['building', 'left'].map((name) =>
    join(dir, 'releases', `.${name}-build-x`),
  ) as [string, string];
  for (const folder of [building, left]) await mkdir(folder, { recursive: true });
  await utimes(left, 0, 0);
  for (let index = 0; index < 3; index++) {
    const folder = await publication.nextRelease();
    await mkdir(folder);
    await publication.publish(folder, extent);
  }
  const kept = await readdir(join(dir, 'releases'));
  expect(kept.filter((name) => name.startsWith('.'))).toEqual(['.building-build-x']);
  expect(kept).toHaveLength(7);
});
