import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { CliError } from './command.ts';
import { type SiteServer, serveSite } from './site-server.ts';

let dir: string;
let server: SiteServer | undefined;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'toolwarden-serve-'));
  await mkdir(join(dir, 'one/servers/npm__x.dev/tools'), { recursive: true });
  await writeFile(join(dir, 'one/index.html'), 'home one');
  await writeFile(join(dir, 'one/404.html'), 'no such page');
  await writeFile(join(dir, 'one/servers/npm__x.dev.html'), 'server');
  await writeFile(join(dir, 'one/servers/npm__x.dev/tools/add.html'), 'tool');
  await writeFile(join(dir, 'one/servers/npm__x.dev/tools/add.json'), '{}');
  await writeFile(join(dir, 'secret.txt'), 'secret');
  await symlink('one', join(dir, 'current'));
});
afterEach(async () => {
  await server?.close();
  server = undefined;
  await rm(dir, { recursive: true });
});

const get = async (path: string, init?: RequestInit) => fetch(new URL(path, server?.url), init);

test('pages answer without .html, twins with their suffix, and what is missing with the 404 page', async () => {
  server = await serveSite(join(dir, 'current'), 0);
  expect(await (await get('/')).text()).toBe('home one');
  expect(await (await get('/servers/npm__x.dev')).text()).toBe('server');
  expect(await (await get('/servers/npm__x.dev/tools/add')).text()).toBe('tool');
  const twin = await get('/servers/npm__x.dev/tools/add.json');
  expect([
    twin.headers.get('content-type'),
    twin.headers.get('access-control-allow-origin'),
  ]).toEqual(['application/json', '*']);
  const missing = await get('/nothing');
  expect([missing.status, await missing.text()]).toEqual([404, 'no such page']);
});

test('what a build keeps for the next one is not served, however it is asked for', async () => {
  server = await serveSite(join(dir, 'current'), 0);
  await writeFile(join(dir, 'one/.build.jsonl'), 'kept');
  await writeFile(join(dir, 'one/servers/npm__x.dev/.rules.json'), 'kept');
  await mkdir(join(dir, 'one/.well-known'));
  await writeFile(join(dir, 'one/.well-known/security.txt'), 'for others');
  const kept = ['/.build.jsonl', '/%2ebuild.jsonl', '/servers/npm__x.dev/.rules.json'];
  for (const path of [...kept, '/servers/..%2f.build.jsonl?', '/%'])
    expect((await get(path)).status, path).toBe(404);
  expect(await (await get('/.well-known/security.txt')).text()).toBe('for others');
});

test('S10: a download has its type, and no browser is left to guess another', async () => {
  server = await serveSite(join(dir, 'current'), 0);
  const types = { csv: 'text/csv', jsonl: 'application/jsonl', sqlite: 'application/vnd.sqlite3' };
  for (const [ending, type] of Object.entries(types)) {
    await writeFile(join(dir, `one/tools.${ending}`), '<script>alert(1)</script>');
    const { headers } = await get(`/tools.${ending}`);
    expect(headers.get('content-type'), ending).toContain(type);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('access-control-allow-origin'), ending).toBe('*');
  }
});

test('it answers on both loopback addresses, to GET and HEAD only, and never outside its folder', async () => {
  server = await serveSite(join(dir, 'current'), 0);
  const { port } = new URL(server.url);
  for (const host of ['127.0.0.1', '[::1]'])
    expect((await fetch(`http://${host}:${port}/`)).status).toBe(200);
  expect((await get('/', { method: 'POST' })).status).toBe(405);
  for (const path of ['/..%2fsecret.txt', '/%2e%2e/secret.txt', '/../secret.txt']) {
    expect(await (await get(path)).text()).not.toContain('secret');
  }
});

test('a published switch is picked up without a restart', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  try {
    server = await serveSite(join(dir, 'current'), 0);
    expect(await (await get('/')).text()).toBe('home one');
    await mkdir(join(dir, 'two'));
    await writeFile(join(dir, 'two/index.html'), 'home two');
    await symlink('two', join(dir, 'next'));
    await rename(join(dir, 'next'), join(dir, 'current'));
    vi.advanceTimersByTime(1_000);
    expect(await (await get('/')).text()).toBe('home two');
  } finally {
    vi.useRealTimers();
  }
});

test('before the first site is there it says so with 503', async () => {
  server = await serveSite(join(dir, 'not-yet'), 0);
  expect((await get('/')).status).toBe(503);
});

test('a taken port is one clear line', async () => {
  server = await serveSite(join(dir, 'current'), 0);
  const port = Number(new URL(server.url).port);
  await expect(serveSite(join(dir, 'current'), port)).rejects.toThrow(CliError);
  await expect(serveSite(join(dir, 'current'), port)).rejects.toThrow(`port ${port} is taken`);
});
