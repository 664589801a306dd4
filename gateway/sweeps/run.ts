// `npm run sweep:gateway [ROUNDS] [SEED]`: kills gateways under load and checks what they left behind.
import { killRound } from './kill-sweep.ts';

const rounds = Number(process.argv[2] ?? 200);
const seed = Number(process.argv[3] ?? Date.now() % 1_000_000);
const sums: Record<string, number> = {};
let bad = 0;
for (let round = 0; round < rounds; round++) {
  const check = await killRound(seed + round);
  const { broken, ...counts } = check;
  for (const [name, count] of Object.entries({ ...counts, broken: broken.length })) {
    sums[name] = (sums[name] ?? 0) + count;
  }
  if (
    broken.length + check.overLimit + check.unaudited + check.unpaired + check.auditProblems >
    0
  ) {
    bad++;
    process.stdout.write(`seed ${seed + round}: ${JSON.stringify(check)}\n`);
  }
}
process.stdout.write(
  `${rounds} rounds from seed ${seed}: ${JSON.stringify(sums)}; ${bad} bad rounds\n`,
);
process.exitCode = bad > 0 ? 1 : 0;
