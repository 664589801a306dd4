import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '@toolwarden/catalogue/store';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runCaptured } from '../../fixtures/run-captured.ts';

let dir: string;
let server: Server;
let baseUrl: string;
let names: string[];
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'toolwarden-sources-'));
  names = Array.from({ length: 10 }, (_, index) => `io.github.acme/notes-${index}`);
  server = createServer((_, response) => {
    const servers = names.map((name) => ({
      server: {
        name,
        version: '1.0.0',
        packages: [{ registryType: 'npm', identifier: name.split('/')[1], version: '1.0.0' }],
      },
    }));
    response.end(JSON.stringify({ servers, metadata: {} }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.close();
  await rm(dir, { recursive: true });
});

const sources = (...args: string[]) => runCaptured(['sources', ...args], { cwd: dir });
const load = (...more: string[]) =>
  sources('import', 'registry', '--base-url', baseUrl, '--data', 'new', ...more);

test('an import tells each server and the counts as JSON, and nothing else', async () => {
  const { code, out, err } = await load('--json');
  expect([code, err]).toEqual([0, []]);
  const lines = out.map((line) => JSON.parse(line));
  expect(lines[0]).toEqual({ server: 'registry:io.github.acme/notes-0', change: 'added' });
  expect(lines.at(-1)).toEqual({
    ...{ added: 10, changed: 0, deleted: 0, vanished: 0, unchanged: 0, skipped: 0 },
  });
  expect((await openStore(join(dir, 'new')).readSources()).items).toHaveLength(10);
  expect((await load()).out).toEqual([
    'Sources: 0 added, 0 changed, 0 deleted, 0 vanished, 10 unchanged.',
  ]);
});

test('more than a fifth gone is a problem found, told in one line', async () => {
  await load();
  names = names.slice(6);
  const { code, err } = await load();
  expect(code).toBe(1);
  expect(err).toEqual([expect.stringMatching(/^toolwarden sources: .*6 of 10.*--accept-drop/)]);
  expect((await load('--accept-drop')).code).toBe(0);
});

test.for([
  ['import'],
  ['export'],
  ['import', 'registry', '--base-url', 'ftp://x'],
  ['import', 'registry', '--updated-since', 'yesterday'],
  ['import', 'registry', '--base-url', 'http://registry.acme.dev'],
])('%j cannot run, and says why in one line', async (args) => {
  const { code, out, err } = await sources(...args);
  expect([code, out, err.length]).toEqual([2, [], 1]);
  expect(err[0]).toMatch(/^toolwarden sources: /);
});

test('the places that servers come from are told', async () => {
  const { code, out } = await sources('list');
  expect(code).toBe(0);
  expect(out.map((line) => line.split(':')[0])).toEqual([
    ...['direct-ids', 'source-files', 'official-registry', 'client-configurations'],
  ]);
});
