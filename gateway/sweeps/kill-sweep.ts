import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { openSqliteState } from '../src/state/sqlite-state.ts';
import { checkRun, type RunCheck } from './check-run.ts';
import { startWrapClient } from './wrap-client.ts';

const LIMIT = 300;
const LONGEST_MS = 250;

/** A folder with a policy that lets so many calls pass, and a state that records which call is which. */
export function makeRunFolder(limit: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'toolwarden-sweep-'));
  const limits = [{ max: limit, window: 'day' }];
  writeFileSync(
    join(folder, 'policy.json'),
    JSON.stringify({ version: '1', default: 'deny', tools: { touch: { limits } } }),
  );
  mkdirSync(join(folder, 'state'), { mode: 0o700 });
  writeFileSync(join(folder, 'state', 'settings.json'), '{"fields":["args.n"]}');
  return folder;
}

/**
 * One round: two gateways share a state and are called as fast as they answer; at a random time one or both are killed.
 * Others take over until the limit refuses. Then the folder is checked.
 */
export async function killRound(seed: number): Promise<RunCheck> {
  const random = randomFrom(seed);
  const folder = makeRunFolder(LIMIT);
  try {
    const clients = ['a', 'b'].map((name) => startWrapClient({ folder, name, atOnce: 8 }));
    await Promise.race(clients.map(({ firstAnswer }) => firstAnswer));
    await sleep(random() * LONGEST_MS);
    const [one, other] = random() < 0.5 ? clients : clients.toReversed();
    const isBoth = random() < 0.5;
    await Promise.all([one?.kill(), isBoth ? other?.kill() : undefined]);
    const next = startWrapClient({ folder, name: 'c', atOnce: 8 });
    await Promise.all([next.done, isBoth ? undefined : other?.done]);
    await Promise.all([next.leave(), isBoth ? undefined : other?.leave()]);
    // The start after which every outcome is known.
    openSqliteState({ folder: join(folder, 'state') }).close();
    return checkRun(folder, LIMIT);
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 20 });
  }
}

/** Numbers from 0 to 1 that a seed decides, the same on every machine. */
export function randomFrom(seed: number): () => number {
  const generator = xoroshiro128plus(seed);
  // The first numbers of neighbouring seeds are nearly the same.
  for (let skipped = 0; skipped < 20; skipped++) uniformFloat64(generator);
  return () => uniformFloat64(generator);
}
