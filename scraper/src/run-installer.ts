import { chmod, chown, mkdir, rm } from 'node:fs/promises';
import { readAll } from './bounded-output.ts';
import type { InstallPlace } from './npm/install.ts';
import { proxyVariables, relayed } from './relay/inside-relay.ts';
import { type RelayProblem, startRelay } from './relay/relay.ts';
import type { SandboxRun } from './sandbox/sandbox.ts';
import { stripControls } from './words.ts';

/** Installing unpacks far more than a server may use while it runs. */
const INSTALL_BOUNDS = {
  memoryBytes: 2 * 1024 ** 3,
  processes: 64,
  openFiles: 4096,
  cpuSeconds: 600,
  diskBytes: 2 * 1024 ** 3,
  addressBytes: 64 * 1024 ** 3,
};

/** Twice what the largest of 170 servers unpacks, and packages travel compressed. */
const INSTALL_TRAFFIC_BYTES = 3 * 1024 ** 3;

/** Makes the folder to install into, empty, and the cache, for the user that installs. */
export async function emptyFolders({ sandbox, slot, packageDir, cacheDir }: InstallPlace) {
  const owner = sandbox.ownerOf(slot);
  await rm(packageDir, { recursive: true, force: true });
  for (const dir of [packageDir, cacheDir]) {
    await mkdir(dir, { recursive: true });
    await chmod(dir, 0o755);
    if (owner) await chown(dir, owner.uid, owner.gid);
  }
}

export type InstallerRun = Pick<SandboxRun, 'command' | 'homeFiles' | 'image' | 'tools'> & {
  /** The registry and where its files lie, as `host:port`: all that may be reached. */
  hosts: string[];
};
export type InstallerEnd = {
  code: number | null;
  output: string;
  isTimeout: boolean;
  /** What kept it from fetching, where that is known. */
  problem?: RelayProblem | undefined;
};

/** Runs a package manager in the sandbox to its end or to the deadline. The registry can be reached, and nothing else. */
export async function runInstaller(run: InstallerRun, place: InstallPlace): Promise<InstallerEnd> {
  const { hosts, ...order } = run;
  const { outsideProxy } = place.settings;
  const { command } = order;
  if (!place.sandbox.isRelayed) {
    const variables = proxyVariables(outsideProxy.url ?? '', outsideProxy.except.join());
    const withVariables: SandboxRun['command'] = (places) => {
      const { argv, env } = command(places);
      return { argv, env: { ...variables, ...env } };
    };
    return runConfined({ ...order, command: withVariables }, place);
  }
  const relay = await startRelay({
    ...{ hosts, outsideProxy, bytes: INSTALL_TRAFFIC_BYTES },
    refusal:
      "is no registry of this machine's settings, and nothing else is reached while installing",
    owner: place.sandbox.ownerOf(place.slot),
  });
  try {
    const inner = { ...order, command: relayed(command), relay: relay.socket };
    const end = await runConfined(inner, place);
    return { ...end, problem: relay.problem() };
  } finally {
    await relay.close();
  }
}

async function runConfined(
  run: Omit<InstallerRun, 'hosts'> & Pick<SandboxRun, 'relay'>,
  { sandbox, slot, packageDir, cacheDir, settings, limits, signal }: InstallPlace,
): Promise<InstallerEnd> {
  const confined = await sandbox.start({
    ...run,
    slot,
    packageDir,
    installing: { cacheDir, certificates: settings.certificates },
    limits: INSTALL_BOUNDS,
  });
  confined.stdin.end();
  let isTimeout = false;
  const timer = setTimeout(() => {
    isTimeout = true;
    void confined.kill();
  }, limits.installMs);
  const stop = () => void confined.kill();
  signal?.addEventListener('abort', stop);
  if (signal?.aborted) stop();
  try {
    const [out, words, exit] = await Promise.all([
      readAll(confined.stdout, limits.stderrBytes),
      readAll(confined.stderr, limits.stderrBytes),
      confined.exited,
    ]);
    return { code: exit.code, output: stripControls(words + out), isTimeout };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
  }
}
