import { chmod, chown, mkdir, rm } from 'node:fs/promises';
import { readAll } from './bounded-output.ts';
import type { InstallPlace } from './npm/install.ts';
import { proxyVariables, relayBefore, relayVariables } from './relay/inside-relay.ts';
import { type RelayProblem, startRegistryRelay } from './relay/registry-relay.ts';
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
  if (!place.sandbox.isRelayed) {
    const variables = proxyVariables(outsideProxy.url ?? '', outsideProxy.except.join());
    return runConfined(withVariables(order, variables), place, undefined);
  }
  const relay = await startRegistryRelay({
    ...{ hosts, outsideProxy, bytes: INSTALL_TRAFFIC_BYTES },
    owner: place.sandbox.ownerOf(place.slot),
  });
  try {
    const end = await runConfined(withVariables(order, relayVariables()), place, relay.socket);
    return { ...end, problem: relay.problem() };
  } finally {
    await relay.close();
  }
}

function withVariables(
  order: Omit<InstallerRun, 'hosts'>,
  variables: Record<string, string>,
): Omit<InstallerRun, 'hosts'> {
  return {
    ...order,
    command: (places) => {
      const { argv, env } = order.command(places);
      return {
        argv: places.relay === undefined ? argv : [...relayBefore(places, places.relay), ...argv],
        env: { ...variables, ...env },
      };
    },
  };
}

async function runConfined(
  run: Omit<InstallerRun, 'hosts'>,
  { sandbox, slot, packageDir, cacheDir, settings, limits, signal }: InstallPlace,
  relay: string | undefined,
): Promise<InstallerEnd> {
  const confined = await sandbox.start({
    ...run,
    slot,
    packageDir,
    installing: { cacheDir, certificates: settings.certificates, ...(relay && { relay }) },
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
