import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { introspect } from '../introspect.ts';
import { defaultLimits } from '../limits.ts';
import { chooseSandbox } from './choose-sandbox.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'toolwarden-path-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(dir, { recursive: true });
});

test('without bubblewrap nothing is started, and one line says what to do', async () => {
  vi.stubEnv('PATH', dir);
  const refusal = await chooseSandbox({ unsafeNoSandbox: false }).catch((error: Error) => error);
  expect(refusal).toMatchObject({ name: 'ScraperError', code: 'no-sandbox' });
  expect((refusal as Error).message).toMatch(/not installed; install it .*--unsafe-no-sandbox/);
  expect((refusal as Error).message).not.toContain('\n');
});

test('a bubblewrap that is there but does not work is no sandbox', async () => {
  const fake = join(dir, 'bwrap');
  writeFileSync(
    fake,
    '#!/bin/sh\n[ "$1" = --version ] && echo bubblewrap 9 && exit\necho "No permissions to create a namespace" >&2\nexit 1\n',
  );
  chmodSync(fake, 0o755);
  chmodSync(dir, 0o755);
  vi.stubEnv('PATH', `${dir}:${process.env.PATH}`);
  await expect(chooseSandbox({ unsafeNoSandbox: false })).rejects.toMatchObject({
    code: 'no-sandbox',
    message: expect.stringContaining('No permissions to create a namespace'),
  });
});

test('a run over servers that already run looks for no sandbox, and starts nothing', async () => {
  vi.stubEnv('PATH', dir);
  const remote = { id: 'url:mcp.acme.dev/mcp' } as const;
  const sandbox = await chooseSandbox({ unsafeNoSandbox: true, targets: [remote] });
  expect(sandbox.id).toBe('unused');
  expect(() => sandbox.start({} as never)).toThrow('no server was started');
  for (const starts of [
    { id: 'npm:notes' } as const,
    { ...remote, packages: [{ registry: 'npm' as const, name: 'notes' }] },
  ])
    await expect(
      chooseSandbox({ unsafeNoSandbox: false, targets: [remote, starts] }),
    ).rejects.toMatchObject({ code: 'no-sandbox' });
});

test('a run without a sandbox needs no bubblewrap', async () => {
  vi.stubEnv('PATH', dir);
  expect(await chooseSandbox({ unsafeNoSandbox: true })).toMatchObject({ id: 'none' });
});

test.for(['workFiles', 'homeFiles'])('without a sandbox %s stay in their folder', async (where) => {
  const sandbox = await chooseSandbox({ unsafeNoSandbox: true });
  const outside = join(dir, 'outside');
  const path = `${'../'.repeat(20)}${outside}`;
  const start = sandbox.start({
    slot: 5,
    packageDir: dir,
    command: ({ node }) => ({ argv: [node, '--version'], env: {} }),
    [where]: { [path]: 'x' },
    limits: defaultLimits,
  });
  await expect(start).rejects.toMatchObject({ code: 'bad-source' });
  expect(existsSync(outside)).toBe(false);
});

test('a run without a sandbox has to be asked for, and keeps a server from nothing but our variables', async () => {
  const sandbox = await chooseSandbox({ unsafeNoSandbox: true });
  expect(sandbox).toMatchObject({ id: 'none', isIsolated: false });
  let connections = 0;
  const listener = createServer(() => {
    connections++;
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => listener.once('listening', resolve));
  vi.stubEnv('TOOLWARDEN_CANARY', 'canary');
  const { port } = listener.address() as { port: number };
  // The same spying as in the sandbox's test: here the listener is reached, so that test can fail.
  const spy = `require('net').connect(${port}, '127.0.0.1', () => { console.error(JSON.stringify(process.env)); process.exit() })`;
  const { stderr } = await introspect(
    { argv: ({ node }) => [node, '-e', spy], args: [], env: {}, files: { 'a.txt': 'x' } },
    { sandbox, slot: 5, packageDir: dir },
    defaultLimits,
  );
  listener.close();
  expect(connections).toBe(1);
  expect(Object.keys(JSON.parse(stderr)).sort()).toEqual(['HOME', 'LANG', 'PATH', 'PWD', 'TMPDIR']);
});
