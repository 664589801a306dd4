import { request } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { serveAdmin } from './admin-server.ts';

async function start(problem?: string) {
  const admin = await serveAdmin({
    ...{ host: '127.0.0.1', port: 0 },
    checks: { state: () => undefined, audit: async () => problem },
    metrics: async () => 'toolwarden_sessions 0\n',
    pages: async () => false,
  });
  onTestFinished(() => admin.close());
  return (path: string, headers: Record<string, string> = {}, method = 'GET') =>
    new Promise<[status: number | undefined, text: string]>((done) => {
      request(`${admin.url}${path}`, { method, headers }, (response) => {
        let text = '';
        response.on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () => done([response.statusCode, text]));
      }).end();
    });
}

test('health, readiness and metrics are told to whoever is on this machine', async () => {
  const get = await start();
  expect(await get('/livez')).toEqual([200, 'ok\n']);
  expect(await get('/readyz')).toEqual([200, 'ok state\nok audit\n']);
  expect(await get('/metrics')).toEqual([200, 'toolwarden_sessions 0\n']);
  expect((await get('/other'))[0]).toBe(404);
  expect((await get('/livez', {}, 'POST'))[0]).toBe(405);
});

test('what does not hold makes it not ready, and says why', async () => {
  const get = await start('the disk is full');
  expect(await get('/readyz')).toEqual([503, 'ok state\nnot ok audit: the disk is full\n']);
  expect((await get('/livez'))[0]).toBe(200);
});

test('T1, T2: pages of other origins and names of others are refused', async () => {
  const get = await start();
  for (const path of ['/livez', '/readyz', '/metrics', '/other']) {
    expect((await get(path, { Host: 'attacker.test' }))[0]).toBe(403);
    expect((await get(path, { Origin: 'https://evil.example' }))[0]).toBe(403);
    expect((await get(path, { Origin: 'null' }))[0]).toBe(403);
  }
});
