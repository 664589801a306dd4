import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeOneServer } from '../fixtures/one-server.ts';
import { serveSite } from './site-server.ts';
import { closingLine, runStart } from './start.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'toolwarden-start-'));
  await writeOneServer(join(root, 'data'));
});
afterEach(() => rm(root, { recursive: true, maxRetries: 20 }));

/** Starts the main job; the returned `lines` grow as it prints. */
function begin(args: string[], ensureSandbox = () => false) {
  const stop = new AbortController();
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line);
  const ended = runStart(args, {
    root,
    env: {},
    isTty: false,
    out: write,
    err: write,
    signal: stop.signal,
    ensureSandbox,
  });
  const until = async (pattern: RegExp) => {
    while (!lines.some((line) => pattern.test(line))) {
      const isOver = await Promise.race([
        ended.then(() => true),
        new Promise<false>((resolve) => setTimeout(resolve, 50, false)),
      ]);
      if (isOver && !lines.some((line) => pattern.test(line)))
        throw new Error(`ended without ${pattern}:\n${lines.join('\n')}`);
    }
  };
  return { lines, until, ended, stop: () => stop.abort('SIGTERM') };
}

test('it serves the committed catalogue, says what it cannot crawl, leaves data/ alone and ends with 0', {
  timeout: 300_000,
}, async () => {
  const before = await stat(join(root, 'data'));
  const job = begin(['--port', '0']);
  await job.until(/^No sandbox/);
  const url = /http:\S+/.exec(
    job.lines.find((line) => line.startsWith('Toolwarden: ')) ?? '',
  )?.[0] as string;
  expect(await (await fetch(url)).text()).toContain('<html');
  const index = await (await fetch(new URL('/api/v1/tools.jsonl', url))).text();
  expect(JSON.parse(index.split('\n')[0] as string)).toMatchObject({
    server: 'npm:@acme/notes',
    tool: 'add_note',
  });
  job.stop();
  expect(await job.ended).toBe(0);
  expect(await readdir(join(root, 'data'))).toEqual(['servers']);
  expect((await stat(join(root, 'data'))).mtimeMs).toBe(before.mtimeMs);
});

test('a taken port is one line and exit code 2, before anything is built', async () => {
  const other = await serveSite(root, 0);
  try {
    const job = begin(['--port', new URL(other.url).port]);
    expect(await job.ended).toBe(2);
    expect(job.lines).toHaveLength(1);
    expect(job.lines[0]).toMatch(/^npm start: port \d+ is taken: /);
  } finally {
    await other.close();
  }
});

test('without a network the closing line says so', () => {
  const base = {
    startedAt: '',
    endedAt: '',
    ending: 'completed' as const,
    failuresByReason: {},
    versions: {},
  };
  const counts = { servers: 1, complete: 0, partial: 0, failed: 1, tools: 0 };
  const server = {
    id: 'npm:x' as const,
    version: '',
    outcome: 'failed' as const,
    reason: 'unreachable' as const,
    tools: 0,
    durationMs: 1,
  };
  expect(closingLine({ ...base, counts, servers: [server] }, 7)).toMatch(/^Offline: /);
  expect(closingLine({ ...base, counts, servers: [{ ...server, reason: 'timeout' }] }, 7)).toBe(
    '0 of 3 servers were listed; the catalogue with 7 tools is served.',
  );
});
