// `npm run sweep:site [kills]`: kills a build of the site at moments spread over its whole time. What is published must be the
// old site or the new one, whole; and the next build must end as if nothing had happened. Exit code 1 where it does not.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { openStore } from '@toolwarden/catalogue/store';
import { changeOneInHundred } from './bench-site/synthetic-catalogue.ts';
import { treeDigest } from './bench-site/tree-digest.ts';

const ROOT = resolve(import.meta.dirname, '..');
const kills = Number(process.argv[2] ?? 20);
const folder = await mkdtemp(join(tmpdir(), 'toolwarden-sweep-'));
const at = (name: string) => join(folder, name);

try {
  const problems = await sweep();
  for (const problem of problems) console.log(problem);
  console.log(problems.length === 0 ? `${kills} of ${kills} kills left a whole site` : 'FAILED');
  process.exitCode = problems.length === 0 ? 0 : 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function sweep(): Promise<string[]> {
  await cp(join(ROOT, 'catalogue/fixtures'), at('data'), { recursive: true });
  await build('old');
  await changeOneInHundred(openStore(at('data')));
  await build('new');
  const [old, fresh] = [await digestOf('old'), await digestOf('new')];
  if (old === fresh) return ['the change did not change the site'];
  const start = performance.now();
  await cp(at('old'), at('site'), { recursive: true });
  await build('site');
  const wholeMs = performance.now() - start;
  const problems: string[] = [];
  for (let kill = 0; kill < kills; kill++) {
    await rm(at('site'), { recursive: true });
    await cp(at('old'), at('site'), { recursive: true });
    await build('site', (wholeMs * kill) / kills);
    const left = await digestOf('site');
    const found = left === old ? 'the old site' : left === fresh ? 'the new site' : undefined;
    console.log(`kill ${kill + 1}: ${found ?? 'NEITHER SITE'}`);
    if (found === undefined) problems.push(`kill ${kill + 1} left something else`);
    await build('site');
    if ((await digestOf('site')) !== fresh)
      problems.push(`after kill ${kill + 1} the next build gave something else`);
  }
  await rm(at('new'), { recursive: true });
  await build('new');
  // Templates that somebody edits meanwhile make another site of the same data, and that is no fault of a kill.
  return (await digestOf('new')) === fresh
    ? problems
    : ['the code of the site changed while this ran, so nothing can be said: run it again'];
}

async function digestOf(name: string): Promise<string> {
  return (await treeDigest(at(name))).digest;
}

/** Builds into a folder; with a time, the process is killed then if it still runs. */
async function build(out: string, killAfterMs?: number): Promise<void> {
  const program = join(ROOT, 'scripts/bench-site/build-child.ts');
  const child = spawn(process.execPath, [program, at('data'), at(out)], { stdio: 'ignore' });
  const timer =
    killAfterMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  const [code] = await once(child, 'exit');
  clearTimeout(timer);
  if (killAfterMs === undefined && code !== 0) throw new Error(`a build ended with ${code}`);
}
