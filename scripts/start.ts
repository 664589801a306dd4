// `npm start`: serves the catalogue from a copy of data/, crawls a few small servers, and swaps the new site in.
import { resolve } from 'node:path';
import { runStart } from '@toolwarden/cli/start';
import { ensureSystem } from './ensure-system.ts';

const stop = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.on(name, () => (stop.signal.aborted ? process.exit(1) : stop.abort(name)));
}
process.exitCode = await runStart(process.argv.slice(2), {
  root: resolve(import.meta.dirname, '..'),
  env: process.env,
  isTty: process.stdout.isTTY === true,
  out: (line) => void process.stdout.write(`${line}\n`),
  err: (line) => void process.stderr.write(`${line}\n`),
  signal: stop.signal,
  ensureSandbox: () =>
    ensureSystem(['bubblewrap'], (line) => process.stdout.write(`${line}\n`)).length === 0,
});
