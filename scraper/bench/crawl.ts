// `npm run bench:crawl [servers] [concurrency]`: what a crawl costs beside starting the same processes in the same
// sandbox and nothing else. The crawl runs first, in a process of its own, and notes each start; then the same starts
// are made again: installed the same way, started with the same arguments, greeted, and ended at the first answer.
import { spawn } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fixtureServers } from './fixture-servers.ts';

const MOST_RATIO = 1.3;
const [servers = 500, concurrency = 8] = process.argv.slice(2).map(Number);
const say = (line: string) => process.stdout.write(`${line}\n`);

type Measured = {
  ms: number;
  peakRssMiB: number;
  install: number;
  run: number;
  listed: number;
};

const registry = await fixtureServers(servers);
const dir = await mkdtemp(join(tmpdir(), 'toolwarden-bench-'));
await chmod(dir, 0o755);
try {
  say(`${servers} fixture servers, ${concurrency} at once`);
  const crawled = await measure('crawl');
  tell('crawl', crawled);
  if (crawled.listed !== servers) throw new Error(`only ${crawled.listed} of ${servers} listed`);
  const bare = await measure('bare');
  tell('bare starts', bare);
  const ratio = crawled.ms / bare.ms;
  say(`ratio ${ratio.toFixed(3)} (at most ${MOST_RATIO})`);
  process.exitCode = ratio <= MOST_RATIO ? 0 : 1;
} finally {
  await rm(dir, { recursive: true });
  await registry.close();
}

async function measure(what: 'crawl' | 'bare'): Promise<Measured> {
  const out = join(dir, `${what}.json`);
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, `${what}.child.ts`), dir, `${servers}`, `${concurrency}`, out],
    { env: { ...process.env, npm_config_registry: registry.url }, stdio: 'inherit' },
  );
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`${what} ended with ${code}`);
  return JSON.parse(await readFile(out, 'utf8')) as Measured;
}

function tell(what: string, { ms, peakRssMiB, install, run }: Measured): void {
  const rate = (servers / ms) * 60_000;
  say(
    `${what}: ${(ms / 1000).toFixed(1)} s, ${rate.toFixed(0)} servers a minute, ${install} installations and ${run} servers started, peak RSS ${peakRssMiB.toFixed(0)} MiB`,
  );
}
