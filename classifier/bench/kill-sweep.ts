import { type KilledRun, killedRun } from '../fixtures/kill-sweep.ts';

// Kills classify at random moments, 200 times with one request at once and 200 times with four: `npm run sweep:classify`.
const wanted = Number(process.argv[2] ?? 200);
for (const concurrency of [1, 4]) {
  const runs: KilledRun[] = [];
  const sum = (field: 'items' | 'kills' | 'paid' | 'byModel' | 'byRules' | 'wrong') =>
    runs.reduce((total, run) => total + run[field], 0);
  while (sum('kills') < wanted)
    runs.push(
      await killedRun({ tools: 30, concurrency, mostKills: Math.min(12, wanted - sum('kills')) }),
    );
  // A kill can cost what was under way, and no more.
  const isGood = runs.every(
    ({ items, kills, paid, mostForOne, byModel, byRules, wrong }) =>
      paid <= items + kills * concurrency &&
      mostForOne <= 2 &&
      wrong === 0 &&
      byModel + byRules === items,
  );
  console.log(
    `${concurrency} at once: ${sum('kills')} kills in ${runs.length} runs of ${sum('items')} tools; ${sum('paid')} paid calls; ${sum('byModel')} tools by the model, ${sum('byRules')} by rules alone after two lost calls; ${isGood ? 'good' : 'NOT good'}`,
  );
  if (!isGood) process.exitCode = 1;
}
