// `npm run sweep:replicas [CALLS]`: three gateways behind nginx share a limit in Redis; 64 clients of one grant call as fast
// as they are answered, and the server behind all counts. Needs nginx and redis-server.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request as send } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openRedisState } from '../src/state/redis/redis-state.ts';
import { freePort } from '../src/testing/free-port.ts';
import { startRedis } from '../src/testing/start-redis.ts';

const [calls = '10000'] = process.argv.slice(2);
const CLIENTS = 64;
const LIMIT = 100;
const VERSION = '2026-07-28';
const base = mkdtempSync(join(tmpdir(), 'toolwarden-replicas-'));
const log = join(base, 'log');
const command = join(import.meta.dirname, '../../cli/bin/toolwarden.js');
const ends: (() => Promise<unknown>)[] = [];

try {
  writeFileSync(log, '');
  const redis = await startRedis();
  ends.push(() => redis.close());
  const server = await start([join(import.meta.dirname, 'counting-http-server.ts'), log], /^\d+/m);
  const ports: string[] = [];
  for (const name of ['a', 'b', 'c']) {
    const file = configure(join(base, name), `http://127.0.0.1:${server}/mcp`, redis.url);
    ports.push(await start([command, 'gateway', '--config', file], /127\.0\.0\.1:(\d+)/));
  }
  const state = await openRedisState({ folder: join(base, 'operator'), redis: { url: redis.url } });
  const { token } = await state.grants.create({ label: 'l', servers: ['s'], policy: 'limited' });
  await state.close();
  const port = await startNginx(ports);
  const from = performance.now();
  const found = await load(port, token, Number(calls));
  const seconds = ((performance.now() - from) / 1000).toFixed(1);
  const reached = readFileSync(log, 'utf8').split('\n').filter(Boolean).length;
  process.stdout.write(
    `${calls} calls of ${CLIENTS} clients over 3 gateways behind nginx in ${seconds} s: ${reached} reached the server (limit ${LIMIT}); ${JSON.stringify(found)}\n`,
  );
  const isExact = reached === LIMIT && found.allowed === LIMIT && found.other === 0;
  process.exitCode = isExact ? 0 : 1;
} finally {
  for (const end of ends.toReversed()) await end();
  rmSync(base, { recursive: true, force: true });
}

function configure(folder: string, url: string, redis: string): string {
  mkdirSync(folder);
  const limits = [{ max: LIMIT, window: 'day' }];
  const policy = { version: '1', default: 'deny', tools: { touch: { limits } } };
  writeFileSync(join(folder, 'policy.json'), JSON.stringify(policy));
  const config = {
    ...{ listen: { port: 0 }, admin: false, servers: { s: { url } } },
    ...{ state: { sqlite: 'state/toolwarden.db', redis }, policies: { limited: 'policy.json' } },
    limits: { inFlightPerGrant: CLIENTS },
  };
  const file = join(folder, 'gateway.json');
  writeFileSync(file, JSON.stringify(config));
  return file;
}

async function startNginx(ports: string[]): Promise<number> {
  const port = await freePort();
  const own = join(base, 'nginx');
  mkdirSync(own);
  const servers = ports.map((each) => `server 127.0.0.1:${each};`).join(' ');
  writeFileSync(
    join(own, 'nginx.conf'),
    `worker_processes 1; pid nginx.pid; error_log stderr crit; daemon off; events { worker_connections 1024; }
http { access_log off; client_body_temp_path b; proxy_temp_path p; fastcgi_temp_path f; uwsgi_temp_path u; scgi_temp_path s;
upstream gateways { ${servers} keepalive 64; }
server { listen 127.0.0.1:${port}; location / { proxy_pass http://gateways; proxy_http_version 1.1;
proxy_set_header Connection ""; proxy_set_header Host 127.0.0.1; proxy_buffering off; proxy_next_upstream off; } } }\n`,
  );
  const child = spawn('nginx', ['-p', own, '-c', join(own, 'nginx.conf'), '-e', 'stderr'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  child.on('error', (error) => process.stderr.write(`nginx: ${error.message}\n`));
  const ended = new Promise((done) => child.once('close', done));
  ends.push(() => {
    child.kill('SIGTERM');
    return ended;
  });
  while (child.exitCode === null && !(await isListening(port))) await sleep(50);
  return port;
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true));
    socket.once('error', () => resolve(false)).once('connect', () => socket.destroy());
  });
}

/** Starts a program of ours; gives what it prints that fits. */
async function start(args: string[], what: RegExp): Promise<string> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<void>((done) => child.once('close', () => done()));
  ends.push(() => {
    child.kill('SIGTERM');
    return ended;
  });
  let said = '';
  return new Promise((resolve, reject) => {
    const hear = (chunk: Buffer) => {
      said += chunk;
      const found = what.exec(said);
      if (found) resolve(found[1] ?? found[0]);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    void ended.then(() => reject(new Error(`${args[0]} ended: ${said}`)));
  });
}

/** All clients call until all calls are made; what they were told. */
async function load(port: number, token: string, count: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });
  const found = { allowed: 0, refused: 0, other: 0 };
  let begun = 0;
  const client = async () => {
    while (begun < count) {
      const answer = await call(agent, port, token, ++begun);
      if (answer.includes('"counted"')) found.allowed++;
      else if (answer.includes('Refused by policy')) found.refused++;
      else {
        found.other++;
        if (found.other < 5) process.stderr.write(`${answer.slice(0, 300)}\n`);
      }
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  agent.destroy();
  return found;
}

function call(agent: Agent, port: number, token: string, n: number): Promise<string> {
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': VERSION,
    'io.modelcontextprotocol/clientInfo': { name: 'replicas', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  const params = { name: 'touch', arguments: { n }, _meta };
  const body = JSON.stringify({ jsonrpc: '2.0', id: n, method: 'tools/call', params });
  return new Promise((resolve) => {
    const asked = send(
      {
        ...{ agent, host: '127.0.0.1', port, path: '/mcp/s', method: 'POST' },
        headers: {
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          authorization: `Bearer ${token}`,
          'mcp-protocol-version': VERSION,
          'mcp-method': 'tools/call',
          'mcp-name': 'touch',
          'content-length': Buffer.byteLength(body),
        },
      },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (chunk) => {
          text += chunk;
        });
        answer.on('end', () => resolve(text));
        answer.on('error', (error) => resolve(error.message));
      },
    );
    asked.on('error', (error) => resolve(error.message));
    asked.end(body);
  });
}
