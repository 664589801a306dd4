// `npm run sweep:crawl [kills] [servers] [seed]`: kills a crawl at random moments and compares what comes of it with an
// uninterrupted one. Exit code 1 where they differ, or where finished work was repeated.
import { killSweep } from './kill-sweep.ts';

const [kills = 200, servers = 500, seed = Date.now() % 2 ** 32] = process.argv.slice(2).map(Number);
const say = (line: string) => process.stdout.write(`${line}\n`);
say(`kill sweep: ${kills} kills over a crawl of ${servers} servers, seed ${seed}`);
const result = await killSweep({
  servers,
  kills,
  seed,
  onCrawl: (soFar) =>
    say(
      `${soFar.kills} kills, ${soFar.crawls} crawls resumed to their end, ${soFar.startedAgain} cut servers started again, ${soFar.repeated.length} finished ones repeated, ${soFar.different.length} files different`,
    ),
});
for (const line of [...result.repeated, ...result.different].slice(0, 20)) say(line);
const isGood = result.repeated.length === 0 && result.different.length === 0;
say(
  isGood
    ? `${result.kills} of ${result.kills} kills left nothing lost and nothing repeated`
    : 'FAILED',
);
process.exitCode = isGood ? 0 : 1;
