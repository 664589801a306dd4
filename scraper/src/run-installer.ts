import { chmod, chown, mkdir, rm } from 'node:fs/promises';
import { readAll } from './bounded-output.ts';
import type { InstallPlace } from './npm/install.ts';
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

/** Runs a package manager in the sandbox, with network, to its end or to the deadline. */
export async function runInstaller(
  run: Pick<SandboxRun, 'command' | 'homeFiles' | 'image' | 'tools'>,
  { sandbox, slot, packageDir, cacheDir, settings, limits, signal }: InstallPlace,
): Promise<{ code: number | null; output: string; isTimeout: boolean }> {
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
