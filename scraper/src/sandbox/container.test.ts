import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { introspect } from '../introspect.ts';
import { defaultLimits } from '../limits.ts';
import { chooseSandbox } from './choose-sandbox.ts';
import { findContainerRuntime } from './container.ts';
import { containerArguments } from './container-arguments.ts';
import type { SandboxRun } from './sandbox.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'toolwarden-path-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(dir, { recursive: true });
});

const run: SandboxRun = {
  slot: 0,
  packageDir: '/tmp/package-0',
  command: ({ node, package: path }) => ({
    argv: [node, `${path}/index.mjs`, '--network=host'],
    env: { NOTES_KEY: 'placeholder' },
  }),
  limits: defaultLimits,
};
const about = {
  name: 'toolwarden-1-1',
  user: { uid: 4711, gid: 4712 },
  staged: { '/home/user/work/config.json': '/tmp/staged/0' },
  isOwnProgram: false,
};
const after = (args: string[], option: string) => args[args.indexOf(option) + 1];

test('a program runs in a container without network, rights or a writable root', () => {
  const args = containerArguments(run, { program: 'docker', hasGvisor: true }, about);
  expect(after(args, '--network')).toBe('none');
  expect(after(args, '--cap-drop')).toBe('ALL');
  expect(after(args, '--security-opt')).toBe('no-new-privileges');
  expect(after(args, '--runtime')).toBe('runsc');
  expect(after(args, '--user')).toBe('4711:4712');
  expect(after(args, '--memory')).toBe(String(defaultLimits.memoryBytes));
  expect(after(args, '--log-driver')).toBe('none');
  expect(args).toContain('--read-only');
  expect(args).toContain('type=bind,source=/tmp/package-0,target=/package,readonly');
  expect(args).toContain(
    'type=bind,source=/tmp/staged/0,target=/home/user/work/config.json,readonly',
  );
  expect(args).toContain('NOTES_KEY=placeholder');
});

test('what a package adds to its command can be no option of the runtime', () => {
  const args = containerArguments(run, { program: 'podman', hasGvisor: false }, about);
  const image = args.findIndex((arg) => arg.includes('node:24'));
  expect(args.slice(image + 1)).toEqual(['/package/index.mjs', '--network=host']);
  expect(args.slice(0, image)).not.toContain('--network=host');
  expect(after(args, '--entrypoint')).toBe('/usr/local/bin/node');
});

test('installing has the network and may write the package, and nothing else', () => {
  const installing = { cacheDir: '/tmp/cache-0', certificates: ['/etc/ca.pem'] };
  const args = containerArguments(
    { ...run, installing },
    { program: 'docker', hasGvisor: false },
    about,
  );
  expect(after(args, '--network')).toBe('bridge');
  expect(args).toContain('type=bind,source=/tmp/package-0,target=/package');
  expect(args).toContain('type=bind,source=/tmp/cache-0,target=/cache');
  expect(args).toContain('type=bind,source=/etc/ca.pem,target=/etc/ca.pem,readonly');
});

test('an image with a program of its own keeps it, and sees no folder of ours', () => {
  const args = containerArguments(
    { ...run, image: 'ghcr.io/acme/notes:1.0.0', command: () => ({ argv: ['serve'], env: {} }) },
    { program: 'docker', hasGvisor: false },
    { ...about, staged: {}, isOwnProgram: true },
  );
  expect(args.slice(-2)).toEqual(['ghcr.io/acme/notes:1.0.0', 'serve']);
  expect(args).not.toContain('--entrypoint');
  expect(args).not.toContain('--mount');
});

/** A docker that runs what it is given without any container, and writes its command line down. */
function fakeDocker(): string {
  const log = join(dir, 'log');
  writeFileSync(
    join(dir, 'docker'),
    `#!/bin/sh
echo "$@" >> ${log}
case "$1" in
  info) echo '{"runc":{},"runsc":{}} 28.0.0' ;;
  run)
    while [ $# -gt 0 ]; do case "$1" in *node:24*) shift; break;; esac; shift; done
    [ "$1" = --version ] && echo v24.0.0 && exit
    exec ${process.execPath} "$@" ;;
esac
`,
  );
  chmodSync(join(dir, 'docker'), 0o755);
  vi.stubEnv('PATH', `${dir}:/bin`);
  return log;
}

test('docker stands in where bubblewrap is not there, and speaks with a server', async () => {
  const log = fakeDocker();
  // An empty /bin on PATH would lack the shell; bubblewrap lies in /usr/bin on most machines.
  vi.stubEnv('PATH', dir);
  writeFileSync(
    join(dir, 'docker'),
    readFileSync(join(dir, 'docker'), 'utf8').replace('#!/bin/sh', '#!/bin/sh\nPATH=/usr/bin:/bin'),
  );
  const sandbox = await chooseSandbox({ unsafeNoSandbox: false });
  expect(sandbox).toMatchObject({ id: 'docker', version: '28.0.0 with gVisor', isIsolated: true });
  const packageDir = join(import.meta.dirname, '../../fixtures/servers');
  const { listing } = await introspect(
    { argv: ({ node }) => [node, `${packageDir}/plain.mjs`], args: [], env: {}, files: {} },
    { sandbox, slot: 0, packageDir },
    defaultLimits,
  );
  expect(listing?.tools.map(({ name }) => name)).toEqual(['write_note', 'read_note']);
  expect(readFileSync(log, 'utf8')).toMatch(/run --rm .*--network none .*--runtime runsc/);
});

test('the container of a crawler that is killed is removed at once', async () => {
  const log = join(dir, 'log');
  writeFileSync(
    join(dir, 'docker'),
    `#!/bin/sh
PATH=/usr/bin:/bin
echo "$@" >> ${log}
[ "$1" = run ] && exec sleep 9
`,
  );
  chmodSync(join(dir, 'docker'), 0o755);
  const crawler = spawn(
    process.execPath,
    [join(import.meta.dirname, '../../fixtures/start-container-and-wait.ts')],
    { env: { PATH: `${dir}:/usr/bin:/bin` }, stdio: 'ignore' },
  );
  const told = () => (existsSync(log) ? readFileSync(log, 'utf8') : '');
  await expect.poll(told, { timeout: 100_000 }).toMatch(/^run /m);
  expect(told()).not.toMatch(/^rm /m);
  crawler.kill('SIGKILL');
  const name = /--name (\S+)/.exec(told())?.[1];
  await expect.poll(told, { timeout: 100_000 }).toContain(`rm --force ${name}`);
});

test('a docker whose service does not run is none', async () => {
  writeFileSync(join(dir, 'docker'), '#!/bin/sh\necho "Cannot connect" >&2\nexit 1\n');
  chmodSync(join(dir, 'docker'), 0o755);
  vi.stubEnv('PATH', dir);
  expect(await findContainerRuntime()).toBeUndefined();
});
