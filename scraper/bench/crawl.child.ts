// Part of crawl.ts: the crawl that is measured. It leaves behind how it started its processes.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openStore } from '@toolwarden/catalogue/store';
import { crawl } from '../src/crawl.ts';
import { chooseSandbox } from '../src/sandbox/choose-sandbox.ts';
import type { SandboxRun } from '../src/sandbox/sandbox.ts';
import { fixtureSources } from './fixture-servers.ts';
import { noteOf, type Starts } from './starts.ts';

const [dir = '', servers = '', concurrency = '', out = ''] = process.argv.slice(2);
const sandbox = await chooseSandbox({ unsafeNoSandbox: false });
const counts = { install: 0, run: 0 };
const starts: Partial<Starts> = {};
const start = (order: SandboxRun) => {
  const kind = order.installing === undefined ? 'run' : 'install';
  counts[kind]++;
  starts[kind] ??= noteOf(order);
  return sandbox.start(order);
};
const began = performance.now();
const run = await crawl({
  store: openStore(join(dir, 'data')),
  targets: fixtureSources(Number(servers)),
  concurrency: Number(concurrency),
  sandbox: { ...sandbox, start },
});
const ms = performance.now() - began;
writeFileSync(join(dir, 'starts.json'), JSON.stringify(starts));
const peakRssMiB = process.resourceUsage().maxRSS / 1024;
writeFileSync(out, JSON.stringify({ ms, ...counts, listed: run.counts.complete, peakRssMiB }));
