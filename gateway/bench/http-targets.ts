import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from 'esbuild';
import { startRedis } from '../src/testing/start-redis.ts';
import { type HttpLoad, openLoad } from './http-load.ts';
import { cpuOf, rssOf } from './target.ts';

/** One way to the echo server. */
export type HttpTarget = {
  name: string;
  load: HttpLoad;
  /** CPU time of what stands between, in microseconds, and its memory in kB. */
  cpuUs(): number;
  rssKb(): number;
};

type Ends = (() => Promise<unknown>)[];

/** Starts all targets in a folder; `end` ends everything. */
export async function startTargets(folder: string) {
  const ends: Ends = [];
  const targets: HttpTarget[] = [];
  const add = async (name: string, url: string, pids: () => number[], token?: string) => {
    const load = await openLoad(url, token);
    ends.push(async () => load.close());
    const sum = (of: (pid: number) => number) => pids().reduce((total, pid) => total + of(pid), 0);
    targets.push({ name, load, cpuUs: () => sum(cpuOf), rssKb: () => sum(rssOf) });
  };
  const end = async () => {
    for (const each of ends.toReversed()) await each();
  };
  try {
    const echo = await startChild(ends, process.execPath, [plain(folder, 'http-echo')]);
    const direct = `http://127.0.0.1:${echo.said}/mcp`;
    await add('direct', direct, () => [echo.pid]);
    const nginx = await startNginx(ends, folder, Number(echo.said));
    if (nginx) await add('nginx', `http://127.0.0.1:${nginx.port}/mcp`, nginx.pids);
    const bare = await startChild(ends, process.execPath, [plain(folder, 'bare-proxy'), direct]);
    await add('bare', `http://127.0.0.1:${bare.said}/mcp`, () => [bare.pid]);
    const program = await bundled(folder);
    const redis = await startRedis();
    ends.push(() => redis.close());
    const policies = { none: bareRule, sqlite: fullRule, redis: fullRule };
    for (const [kind, rule] of Object.entries(policies)) {
      const own = join(folder, kind);
      configure(own, direct, rule);
      const state = kind === 'redis' ? redis.url : kind;
      const child = await startChild(ends, process.execPath, [program, own, state]);
      const [url = '', token] = child.said.split(' ');
      await add(kind === 'none' ? 'gateway' : kind, `${url}/mcp/echo`, () => [child.pid], token);
    }
    return { targets, redisPid: redis.process().pid ?? 0, end };
  } catch (error) {
    await end();
    throw error;
  }
}

const bareRule = {};
const limits = [{ max: 1e9, window: 'minute' }];
const fullRule = { require: [{ path: 'args.text', op: 'max_length', value: 100_000 }], limits };

function configure(folder: string, url: string, rule: object): void {
  mkdirSync(folder);
  const policy = { version: '1', default: 'deny', tools: { echo: rule } };
  writeFileSync(join(folder, 'policy.json'), JSON.stringify(policy));
  const config = {
    ...{ listen: { port: 0 }, admin: false, servers: { echo: { url } } },
    ...{ policies: { bench: 'policy.json' }, limits: { inFlightPerGrant: 1000 } },
  };
  writeFileSync(join(folder, 'gateway.json'), JSON.stringify(config));
}

/** Stripping types costs time and memory that no user of a packed command pays, so nobody here pays it either. */
function plain(folder: string, name: string): string {
  const path = join(folder, `${name}.mjs`);
  const source = readFileSync(join(import.meta.dirname, `${name}.ts`), 'utf8');
  writeFileSync(path, stripTypeScriptTypes(source));
  return path;
}

/** The gateway as the packed command has it. */
async function bundled(folder: string): Promise<string> {
  await build({
    entryPoints: [join(import.meta.dirname, 'gateway-child.ts')],
    ...{ outdir: join(folder, 'dist'), bundle: true, splitting: true, format: 'esm' },
    ...{ platform: 'node', target: 'node24', outExtension: { '.js': '.mjs' } },
    banner: {
      js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
    },
    logLevel: 'error',
  });
  return join(folder, 'dist', 'gateway-child.mjs');
}

async function startChild(
  ends: Ends,
  program: string,
  args: string[],
): Promise<{ pid: number; said: string; child: ChildProcess }> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<void>((done) => child.once('close', () => done()));
  ends.push(() => {
    child.kill('SIGTERM');
    return ended;
  });
  const said = await new Promise<string>((resolve, reject) => {
    child.stdout?.once('data', (chunk: Buffer) => resolve(chunk.toString().trim()));
    void ended.then(() => reject(new Error(`${program} ${args.join(' ')} ended`)));
  });
  return { pid: child.pid ?? 0, said, child };
}

/** One worker, connections kept on both sides, nothing buffered to disk, no log; `undefined` where there is no nginx. */
async function startNginx(ends: Ends, folder: string, to: number) {
  const port = 20_000 + (process.pid % 20_000);
  const own = join(folder, 'nginx');
  mkdirSync(own);
  writeFileSync(
    join(own, 'nginx.conf'),
    `worker_processes 1; pid nginx.pid; error_log stderr crit; daemon off;
events { worker_connections 1024; }
http { access_log off; client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
upstream echo { server 127.0.0.1:${to}; keepalive 128; keepalive_requests 1000000; }
server { listen 127.0.0.1:${port}; keepalive_requests 1000000; client_body_buffer_size 1m;
location / { proxy_pass http://echo; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off; } } }\n`,
  );
  const child = spawn('nginx', ['-p', own, '-c', join(own, 'nginx.conf'), '-e', 'stderr'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const isThere = await Promise.race([
    sleep(500).then(() => child.exitCode === null),
    new Promise<boolean>((done) => child.once('error', () => done(false))),
  ]);
  if (!isThere) {
    process.stdout.write('no nginx here; it is left out\n');
    return undefined;
  }
  const ended = new Promise<void>((done) => child.once('close', () => done()));
  ends.push(() => {
    child.kill('SIGTERM');
    return ended;
  });
  const pid = child.pid ?? 0;
  return { port, pids: () => [pid, ...childrenOf(pid)] };
}

function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8')
      .split(' ')
      .filter(Boolean)
      .map(Number),
  );
}
