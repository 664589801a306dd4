// `npm run sweep:redis [ROUNDS] [SEED]`: kills gateways and the Redis they share under load, then lets Redis fail over, and
// counts in the log of the server behind them.
import { randomFrom } from './kill-sweep.ts';
import { failoverRound, killRound, type RedisRound } from './redis-sweep.ts';

const rounds = Number(process.argv[2] ?? 100);
const seed = Number(process.argv[3] ?? Date.now() % 1_000_000);

async function sweep(
  name: string,
  count: number,
  round: (random: () => number) => Promise<RedisRound>,
) {
  const sums: Record<string, number> = {};
  let most = 0;
  for (let index = 0; index < count; index++) {
    const { broken, ...found } = await round(randomFrom(seed + index));
    for (const each of broken) process.stderr.write(`seed ${seed + index}: ${each}\n`);
    for (const [key, value] of Object.entries({ ...found, broken: broken.length }))
      sums[key] = (sums[key] ?? 0) + value;
    most = Math.max(most, found.overLimit);
  }
  process.stdout.write(
    `${name}: ${count} rounds from seed ${seed}: ${JSON.stringify(sums)}; at most ${most} over the limit in a round\n`,
  );
  return sums;
}

const killed = await sweep('kills', rounds, killRound);
const waited = await sweep('failover, waiting for 1 replica', Math.ceil(rounds / 10), (random) =>
  failoverRound(random, 1),
);
const lost = await sweep(
  'failover to a replica that lags, not waiting',
  Math.ceil(rounds / 10),
  (random) => failoverRound(random, 0),
);
const sound = ['overLimit', 'unaudited', 'auditProblems', 'broken'];
const bad = [killed, waited].some((sums) => sound.some((key) => (sums[key] ?? 0) > 0));
process.exitCode = bad || (lost['unaudited'] ?? 0) + (lost['broken'] ?? 0) > 0 ? 1 : 0;
