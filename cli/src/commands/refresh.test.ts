import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeOneServer } from '../../fixtures/one-server.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'toolwarden-refresh-'));
  await writeOneServer(join(dir, 'data'));
});
afterEach(() => rm(dir, { recursive: true, maxRetries: 20 }));

function refresh(...args: string[]) {
  const bin = join(import.meta.dirname, '../../bin/toolwarden.js');
  const where = ['--data', join(dir, 'data'), '--site', join(dir, 'site')];
  const child = spawn(process.execPath, [bin, 'refresh', ...where, ...args]);
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return {
    child,
    ended,
    lines: createInterface(child.stdout),
    errors: createInterface(child.stderr),
  };
}

test('a schedule stays and publishes again and again, and ends with 0 when it is asked to', {
  timeout: 300_000,
}, async () => {
  const { child, ended, lines } = refresh('--every', '* * * * * *', '--json');
  const published: unknown[] = [];
  for await (const line of lines) {
    published.push(JSON.parse(line));
    if (published.length === 2) break;
  }
  expect(published).toEqual([
    { published: true, pages: expect.any(Number), tools: 1, servers: 1, judgedAnew: 1 },
    { published: true, pages: expect.any(Number), tools: 1, servers: 1, judgedAnew: 0 },
  ]);
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
  const current = await readlink(join(dir, 'site/current'));
  expect(await readdir(join(dir, 'site/releases'))).toContain(current.slice('releases/'.length));
});

test('a schedule shows its metrics, and a catalogue that lost most of its servers is not published', {
  timeout: 300_000,
}, async () => {
  const { child, ended, lines, errors } = refresh(
    ...['--every', '* * * * * *', '--json', '--metrics', '127.0.0.1:0'],
  );
  const said: string[] = [];
  errors.on('line', (line) => said.push(line));
  for await (const _ of lines) break;
  await rm(join(dir, 'data/servers'), { recursive: true, maxRetries: 20 });
  await expect
    .poll(() => said.join('\n'), { timeout: 100_000 })
    .toMatch(/not published: the catalogue would drop from 1 servers to 0/);
  const url = said.find((line) => line.startsWith('metrics: '))?.slice('metrics: '.length) ?? '';
  await expect
    .poll(async () => (await fetch(url)).text())
    .toMatch(/toolwarden_runs_total\{result="failure"\} [1-9]/);
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
  expect(await refresh().ended).toBe(1);
  expect(await refresh('--accept-drop').ended).toBe(0);
});

test('a schedule with options that no refresh can use is refused at once', async () => {
  const { ended, errors } = refresh('--every', '* * * * *', '--concurrency', 'banana');
  const said: string[] = [];
  for await (const line of errors) said.push(line);
  expect(await ended).toBe(2);
  expect(said).toEqual([
    'toolwarden refresh: --concurrency banana: expected a whole number from 1 to 16',
  ]);
});
