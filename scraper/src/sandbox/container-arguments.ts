import type { Places, SandboxRun } from './sandbox.ts';

export type ContainerRuntime = {
  program: 'docker' | 'podman';
  /** gVisor is there: a kernel of its own for each server. */
  hasGvisor: boolean;
};

/** Where things lie in the image that Node's makers publish. */
export const CONTAINER_PLACES: Places = {
  node: '/usr/local/bin/node',
  npm: '/usr/local/lib/node_modules/npm/bin/npm-cli.js',
  package: '/package',
  cache: '/cache',
  home: '/home/user',
  work: '/home/user/work',
};
const NODE_IMAGE = 'docker.io/library/node:24-bookworm-slim';
/** A process limit counts threads, and a Node process has about ten. */
const THREADS_PER_PROCESS = 4;

/** The command line that starts one confined program in a container. Files lie at the host paths of `staged`. */
export function containerArguments(
  run: SandboxRun,
  { program, hasGvisor }: ContainerRuntime,
  about: {
    name: string;
    user: { uid: number; gid: number };
    /** Path inside → file on this machine. */
    staged: Record<string, string>;
    /** The image brings its own program and surroundings; only arguments are added. */
    isOwnProgram: boolean;
  },
): string[] {
  const { limits, installing } = run;
  const { argv, env } = run.command(CONTAINER_PLACES);
  const { uid, gid } = about.user;
  const mount = (from: string, to: string, mode: 'ro' | 'rw') => [
    '--mount',
    `type=bind,source=${from},target=${to}${mode === 'ro' ? ',readonly' : ''}`,
  ];
  const memory = (path: string, options: string) => [
    '--tmpfs',
    `${path}:rw,nosuid,nodev,size=${limits.diskBytes}${options}`,
  ];
  const tasks = limits.processes * THREADS_PER_PROCESS;
  return [
    ...['run', '--rm', '--interactive', '--init', '--pull', 'missing', '--name', about.name],
    // A runtime writes all a program says to this machine's disk, without a limit.
    ...['--log-driver', 'none'],
    ...['--label', `toolwarden.pid=${process.pid}`, '--hostname', 'sandbox'],
    ...['--network', installing ? 'bridge' : 'none'],
    ...['--read-only', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'],
    ...(hasGvisor ? ['--runtime', 'runsc'] : []),
    ...(program === 'podman' && process.getuid?.() !== 0 ? ['--userns', 'keep-id'] : []),
    ...['--user', `${uid}:${gid}`],
    ...['--memory', `${limits.memoryBytes}`, '--memory-swap', `${limits.memoryBytes}`],
    ...['--pids-limit', `${tasks}`, '--shm-size', '64m'],
    ...['--ulimit', `nofile=${limits.openFiles}:${limits.openFiles}`],
    ...['--ulimit', `fsize=${limits.diskBytes}:${limits.diskBytes}`],
    ...['--ulimit', `cpu=${limits.cpuSeconds}:${limits.cpuSeconds + 1}`, '--ulimit', 'core=0:0'],
    ...memory('/tmp', ',mode=1777'),
    ...memory(CONTAINER_PLACES.home, `,exec,uid=${uid},gid=${gid},mode=0755`),
    ...memory(CONTAINER_PLACES.work, `,exec,uid=${uid},gid=${gid},mode=0755`),
    ...(about.isOwnProgram
      ? []
      : [
          ...mount(run.packageDir, CONTAINER_PLACES.package, installing ? 'rw' : 'ro'),
          ...(installing ? mount(installing.cacheDir, CONTAINER_PLACES.cache, 'rw') : []),
          ...['--workdir', CONTAINER_PLACES.work],
        ]),
    ...(installing?.certificates ?? []).flatMap((path) => mount(path, path, 'ro')),
    ...Object.entries(about.staged).flatMap(([path, file]) => mount(file, path, 'ro')),
    ...variables({ ...(about.isOwnProgram ? {} : surroundings()), ...env }),
    ...(about.isOwnProgram ? [] : ['--entrypoint', argv[0] ?? '']),
    // Whatever follows is the image and its arguments, and no option of ours.
    run.image ?? NODE_IMAGE,
    ...(about.isOwnProgram ? argv : argv.slice(1)),
  ];
}

function surroundings(): Record<string, string> {
  return {
    HOME: CONTAINER_PLACES.home,
    TMPDIR: '/tmp',
    LANG: 'C.UTF-8',
    TERM: 'dumb',
    NO_COLOR: '1',
  };
}

function variables(env: Record<string, string>): string[] {
  return Object.entries(env).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
}
