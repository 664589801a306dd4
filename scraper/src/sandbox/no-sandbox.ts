import { chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { temporaryPrefix } from '../leftovers.ts';
import { startConfined } from './confined-process.ts';
import { identityOf } from './identity.ts';
import { inside } from './inside.ts';
import type { Places, Sandbox, SandboxRun } from './sandbox.ts';
import { stageRuntime } from './stage-runtime.ts';

/**
 * No sandbox: only limits, an empty environment and a home of its own. Programs can read what their user can read,
 * reach the network, and leave processes behind. Only for people who asked for it by name.
 */
export async function noSandbox(): Promise<Sandbox> {
  const runtime = await stageRuntime();
  const start = async (run: SandboxRun) => {
    for (const path of [run.homeFiles, run.workFiles].flatMap((files) => Object.keys(files ?? {})))
      inside('', path);
    const home = await mkdtemp(temporaryPrefix('home'));
    const places: Places = {
      node: runtime.node,
      npm: `${runtime.npm}/bin/npm-cli.js`,
      package: run.packageDir,
      cache: run.installing?.cacheDir ?? home,
      home,
      work: join(home, 'work'),
    };
    const identity = identityOf(run.slot);
    const own = async (path: string) => identity && chown(path, identity.uid, identity.gid);
    await mkdir(places.work);
    for (const [dir, files] of [
      [home, run.homeFiles],
      [places.work, run.workFiles],
    ] as const) {
      for (const [path, text] of Object.entries(files ?? {})) {
        const file = inside(dir, path);
        await mkdir(dirname(file), { recursive: true });
        await writeFile(file, text);
        await own(file);
      }
    }
    for (const dir of [home, places.work]) await own(dir);
    const { argv, env } = run.command(places);
    const confined = await startConfined({
      argv,
      env: {
        PATH: `${dirname(runtime.node)}:/usr/local/bin:/usr/bin:/bin`,
        HOME: home,
        TMPDIR: home,
        LANG: 'C.UTF-8',
        ...env,
      },
      cwd: places.work,
      identity,
      limits: run.limits,
      inputs: [],
    });
    const exited = confined.exited.then(async (exit) => {
      await rm(home, { recursive: true, force: true });
      return exit;
    });
    const kill = async () => {
      await confined.kill();
      return exited;
    };
    return { ...confined, exited, kill };
  };
  return {
    id: 'none',
    version: '',
    isIsolated: false,
    isRelayed: false,
    start,
    ownerOf: identityOf,
  };
}
