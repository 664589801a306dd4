// Part of crawl.ts: the same processes in the same sandbox, with nothing around them. A server counts as started when it
// answers the first message.
import { readFileSync, writeFileSync } from 'node:fs';
import { chmod, chown, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { authorityOf, startRelay } from '../src/relay/relay.ts';
import { chooseSandbox } from '../src/sandbox/choose-sandbox.ts';
import { fixtureSources } from './fixture-servers.ts';
import { orderOf, type Starts } from './starts.ts';

const HELLO = {
  jsonrpc: '2.0',
  id: 0,
  method: 'initialize',
  params: {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'bench', version: '0' },
  },
};

const [dir = '', servers = '', concurrency = '', out = ''] = process.argv.slice(2);
const starts = JSON.parse(readFileSync(join(dir, 'starts.json'), 'utf8')) as Starts;
const sandbox = await chooseSandbox({ unsafeNoSandbox: false });
const counts = { install: 0, run: 0 };
const queue = fixtureSources(Number(servers)).values();
const began = performance.now();
await Promise.all(Array.from({ length: Number(concurrency) }, (_, slot) => inPlace(slot)));
const ms = performance.now() - began;
const peakRssMiB = process.resourceUsage().maxRSS / 1024;
writeFileSync(out, JSON.stringify({ ms, ...counts, listed: counts.run, peakRssMiB }));

async function inPlace(slot: number): Promise<void> {
  // Without it the sandbox reaches no registry; one for all installations of a place, and not one for each.
  const relay = await startRelay({
    hosts: [authorityOf(new URL(process.env.npm_config_registry ?? ''))],
    outsideProxy: { url: undefined, except: [] },
    bytes: Number.POSITIVE_INFINITY,
    owner: sandbox.ownerOf(slot),
    refusal: 'is no registry',
  });
  const [packageDir, cacheDir] = [join(dir, `package-${slot}`), join(dir, `cache-${slot}`)];
  for (const { id } of queue) {
    const name = id.slice('npm:'.length);
    await emptyFolders(slot, packageDir, cacheDir);
    const manifest = { private: true, dependencies: { [name]: 'latest' } };
    await writeFile(join(packageDir, 'package.json'), JSON.stringify(manifest));
    const npm = await sandbox.start({
      ...orderOf(starts.install, name),
      slot,
      packageDir,
      installing: { cacheDir, certificates: starts.install.certificates },
      relay: relay.socket,
    });
    npm.stdin.end();
    for (const stream of [npm.stdout, npm.stderr]) stream.resume();
    const exit = await npm.exited;
    if (exit.code !== 0) throw new Error(`npm ended with ${exit.code}`);
    counts.install++;
    const server = await sandbox.start({ ...orderOf(starts.run, name), slot, packageDir });
    server.stderr.resume();
    server.stdin.write(`${JSON.stringify(HELLO)}\n`);
    await new Promise((resolve, reject) => {
      server.stdout.once('data', resolve);
      server.exited.then(() => reject(new Error(`${name} ended before it answered`)));
    });
    await server.kill();
    counts.run++;
  }
  await relay.close();
}

async function emptyFolders(slot: number, ...dirs: [string, string]): Promise<void> {
  const owner = sandbox.ownerOf(slot);
  await rm(dirs[0], { recursive: true, force: true });
  for (const one of dirs) {
    await mkdir(one, { recursive: true });
    await chmod(one, 0o755);
    if (owner) await chown(one, owner.uid, owner.gid);
  }
}
