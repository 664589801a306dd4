import { rmSync, statSync } from 'node:fs';
import { chmod, cp, link, mkdtemp, realpath } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { temporaryPrefix } from '../leftovers.ts';

/** The programs the sandbox brings along: this Node, and the npm of this machine. */
export type Runtime = { node: string; npm: string | undefined };

/**
 * Finds Node and npm at places an unprivileged user can read. What lies in a private home (root's, with a version
 * manager) is linked or copied to a folder that goes when we go.
 */
export async function stageRuntime(): Promise<Runtime> {
  const npm = await findNpm();
  const isRoot = process.getuid?.() === 0;
  const needsStage = (path: string) => isRoot && !isReadableByAll(path);
  const node = process.execPath;
  const runtime = { node, npm };
  if (!needsStage(node) && !(npm && needsStage(npm))) return runtime;

  const stage = await mkdtemp(temporaryPrefix('runtime'));
  process.once('exit', () => rmSync(stage, { recursive: true, force: true }));
  await chmod(stage, 0o755);
  if (needsStage(node)) {
    runtime.node = join(stage, 'node');
    await link(node, runtime.node).catch(() => cp(node, runtime.node));
  }
  if (npm && needsStage(npm)) {
    runtime.npm = join(stage, 'npm');
    await cp(npm, runtime.npm, { recursive: true, dereference: true });
  }
  return runtime;
}

/** The folder of the npm package: the one that runs us, else the first on PATH. */
async function findNpm(): Promise<string | undefined> {
  const onPath = (process.env.PATH ?? '').split(delimiter).map((dir) => join(dir, 'npm'));
  for (const candidate of [process.env.npm_execpath, ...onPath]) {
    if (candidate === undefined) continue;
    const file = await realpath(candidate).catch(() => undefined);
    if (file?.endsWith('/bin/npm-cli.js')) return dirname(dirname(file));
  }
  return undefined;
}

/** Whether anybody may read a path and walk to it. */
function isReadableByAll(path: string): boolean {
  if ((statSync(path).mode & 0o004) === 0) return false;
  for (let dir = dirname(path); ; dir = dirname(dir)) {
    if ((statSync(dir).mode & 0o001) === 0) return false;
    if (dir === dirname(dir)) return true;
  }
}
