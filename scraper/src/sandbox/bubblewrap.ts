import { execFile } from 'node:child_process';
import { existsSync, lstatSync, readlinkSync } from 'node:fs';
import { promisify } from 'node:util';
import { FIRST_INPUT, INNER_GATE, startConfined } from './confined-process.ts';
import { identityOf } from './identity.ts';
import { inside } from './inside.ts';
import type { ConfinedProcess, Places, Sandbox, SandboxRun } from './sandbox.ts';
import { stageRuntime } from './stage-runtime.ts';

const execute = promisify(execFile);

const PLACES = {
  node: '/opt/node/bin/node',
  npm: '/opt/npm/bin/npm-cli.js',
  package: '/package',
  cache: '/cache',
  home: '/home/user',
  work: '/home/user/work',
  relay: '/run/relay',
} satisfies Places;

/** The user inside; the same on every machine, so that listings do not differ by it. */
const USER = 1000;
const PATH = `/opt/node/bin:/usr/local/bin:/usr/bin:/bin:${PLACES.package}/node_modules/.bin`;

/** What stands under /etc, instead of this machine's. */
const ETC: Record<string, string> = {
  passwd: `user:x:${USER}:${USER}:user:${PLACES.home}:/bin/sh\nroot:x:0:0:root:/root:/bin/sh\n`,
  group: `user:x:${USER}:\nroot:x:0:\n`,
  hosts: '127.0.0.1 localhost\n::1 localhost\n',
  'nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files\n',
};
/** Read by the loader and by TLS libraries; nothing in them is secret. */
const ETC_SHARED = ['ld.so.cache', 'alternatives', 'ssl', 'ca-certificates', 'pki', 'os-release'];

/** Linux namespaces through bubblewrap: no network, a read-only root, an empty home, no foreign processes. */
export async function bubblewrapSandbox(): Promise<Sandbox> {
  const { stdout } = await execute('bwrap', ['--version']);
  const version = stdout.trim().split(' ').at(-1) ?? '';
  const runtime = await stageRuntime();
  const start = async (run: SandboxRun): Promise<ConfinedProcess> => {
    const { argv, env } = run.command(PLACES);
    const inputs: string[] = [];
    const layIn = (path: string, text: string) => [
      '--file',
      `${inputs.push(text) - 1 + FIRST_INPUT}`,
      path,
    ];
    const files = [
      ...Object.entries(ETC).map(([name, text]) => [`/etc/${name}`, text] as const),
      ...Object.entries(run.homeFiles ?? {}).map(
        ([path, text]) => [inside(PLACES.home, path), text] as const,
      ),
      ...Object.entries(run.workFiles ?? {}).map(
        ([path, text]) => [inside(PLACES.work, path), text] as const,
      ),
    ];
    return startConfined({
      argv: [
        'bwrap',
        ...namespaces(version),
        ...system(),
        ...folders(run, runtime),
        ...files.flatMap(([path, text]) => layIn(path, text)),
        // Last, when all is laid in: the root itself and /dev are memory-backed and would take files without limit.
        ...['--remount-ro', '/dev', '--remount-ro', '/'],
        ...['--chdir', PLACES.work],
        ...variables({ ...baseEnvironment(), ...env }),
        '--',
        ...INNER_GATE,
        ...argv,
      ],
      env: { PATH: process.env.PATH ?? '/usr/bin:/bin' },
      cwd: '/',
      identity: identityOf(run.slot),
      limits: run.limits,
      inputs,
    });
  };
  return {
    id: 'bubblewrap',
    version,
    isIsolated: true,
    isRelayed: true,
    start,
    ownerOf: identityOf,
  };
}

function namespaces(version: string): string[] {
  // Older ones cannot close the door to further namespaces; capabilities inside such a namespace reach nothing of ours.
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const closesUserns = major > 0 || minor >= 8;
  return [
    '--unshare-all',
    ...['--unshare-user', ...(closesUserns ? ['--disable-userns'] : [])],
    ...['--uid', `${USER}`, '--gid', `${USER}`, '--hostname', 'sandbox'],
    ...['--die-with-parent', '--new-session', '--cap-drop', 'ALL', '--clearenv'],
  ];
}

function system(): string[] {
  const top = ['bin', 'sbin', 'lib', 'lib64', 'lib32'].flatMap((name) => {
    const path = `/${name}`;
    if (!existsSync(path)) return [];
    return lstatSync(path).isSymbolicLink()
      ? ['--symlink', readlinkSync(path), path]
      : ['--ro-bind', path, path];
  });
  return [
    ...['--ro-bind', '/usr', '/usr'],
    ...top,
    ...ETC_SHARED.flatMap((name) => ['--ro-bind-try', `/etc/${name}`, `/etc/${name}`]),
    ...['--proc', '/proc', '--dev', '/dev'],
  ];
}

function folders(run: SandboxRun, runtime: { node: string; npm: string | undefined }): string[] {
  const { installing, limits } = run;
  const temporary = (path: string, bytes = limits.diskBytes) => [
    ...['--size', `${bytes}`, '--tmpfs', path],
  ];
  return [
    ...temporary('/dev/shm', 64 * 1024 ** 2),
    ...temporary('/tmp'),
    ...temporary(PLACES.home),
    ...['--dir', PLACES.work],
    ...['--ro-bind', runtime.node, PLACES.node],
    ...[installing ? '--bind' : '--ro-bind', run.packageDir, PLACES.package],
    ...Object.entries(run.tools ?? {}).flatMap(([name, path]) => [
      ...['--ro-bind', path, `/opt/tools/${name}`],
    ]),
    ...(installing?.certificates ?? []).flatMap((path) => ['--ro-bind-try', path, path]),
    ...(run.relay ? ['--ro-bind', run.relay, PLACES.relay] : []),
    ...(installing ? ['--bind', installing.cacheDir, PLACES.cache] : []),
    ...(installing && runtime.npm ? ['--ro-bind', runtime.npm, '/opt/npm'] : []),
  ];
}

function variables(env: Record<string, string>): string[] {
  return Object.entries(env).flatMap(([name, value]) => ['--setenv', name, value]);
}

function baseEnvironment(): Record<string, string> {
  return {
    PATH,
    HOME: PLACES.home,
    USER: 'user',
    LOGNAME: 'user',
    TMPDIR: '/tmp',
    LANG: 'C.UTF-8',
    TERM: 'dumb',
    NO_COLOR: '1',
  };
}
