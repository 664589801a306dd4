import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JsonValue } from '@toolwarden/catalogue';
import { rolldown } from 'rolldown';
import { pinsOf } from '../src/pins/listing.ts';
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
    const lock = { version: '1', servers: { echo: pinsOf({ tools: await toolsAt(direct) }) } };
    for (const [name, { state, policy }] of Object.entries(gateways)) {
      const own = join(folder, name);
      configure(own, direct, { policy, lock });
      const lies = state === 'redis' ? redis.url : state;
      const child = await startChild(ends, process.execPath, [program, own, lies]);
      const [url = '', token] = child.said.split(' ');
      await add(name, `${url}/mcp/echo`, () => [child.pid], token);
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
const policyOf = (echo: object) => ({ version: '1', default: 'deny', tools: { echo } });
// Each call leaves a mark, and the rule about marks is asked at each call.
const flow = {
  after: { traits: ['untrusted_content', 'private_data'] },
  ...{ within: '10m', then: { traits: ['communicates_externally'] }, action: 'deny' },
};
const gateways = {
  gateway: { state: 'none', policy: policyOf(bareRule) },
  sqlite: { state: 'sqlite', policy: policyOf(fullRule) },
  redis: { state: 'redis', policy: policyOf(fullRule) },
  'pins+flows': {
    state: 'sqlite',
    policy: {
      ...policyOf({ ...fullRule, marks: ['untrusted_content'] }),
      ...{ pinning: 'enforce', flows: [flow] },
    },
  },
};

function configure(folder: string, url: string, files: { policy: object; lock: object }): void {
  mkdirSync(folder);
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(folder, `${name}.json`), JSON.stringify(content));
  }
  const config = {
    ...{ listen: { port: 0 }, admin: false, servers: { echo: { url } }, lock: 'lock.json' },
    ...{ policies: { bench: 'policy.json' } },
    limits: { inFlightPerGrant: 1000, pinAgeMs: 1000 },
  };
  writeFileSync(join(folder, 'gateway.json'), JSON.stringify(config));
}

/** What the echo server lists. */
async function toolsAt(url: string): Promise<JsonValue[]> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 0, method: 'tools/list' });
  const answer = await fetch(url, { method: 'POST', body });
  const { result } = (await answer.json()) as { result: { tools: JsonValue[] } };
  return result.tools;
}

/** Stripping types costs time and memory that no user of a packed command pays, so nobody here pays it either. */
function plain(folder: string, name: string): string {
  const path = join(folder, `${name}.mjs`);
  const source = readFileSync(join(import.meta.dirname, `${name}.ts`), 'utf8');
  writeFileSync(path, stripTypeScriptTypes(source));
  return path;
}

/** The gateway as the packed command has it (scripts/pack/bundle.ts): less text to hold, and parts that wait until they are needed. */
async function bundled(folder: string): Promise<string> {
  const dir = join(folder, 'dist');
  await using made = await rolldown({
    input: join(import.meta.dirname, 'gateway-child.ts'),
    ...{ platform: 'node', transform: { target: 'node24' }, logLevel: 'silent' },
  });
  await made.write({
    ...{ dir, format: 'esm', entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs' },
    minify: { compress: true, mangle: false, codegen: { removeWhitespace: true } },
    ...{ comments: false, charset: 'ascii' },
  });
  return join(dir, 'gateway-child.mjs');
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
