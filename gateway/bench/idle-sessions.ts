// What idle sessions hold: `npm run bench:sessions [SESSIONS]`. Opens that many, each of which could be used at any moment,
// then as many again as a tenth, which must be refused, and asks whether the gateway still answers.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request as send } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { rssOf } from './target.ts';

const SESSIONS = Number(process.argv[2] ?? 10_000);
const MOST_MB = 1.5 * 1024;
const folder = mkdtempSync(join(tmpdir(), 'toolwarden-sessions-'));
const call = {
  ...{ jsonrpc: '2.0', id: 1, method: 'tools/call' },
  params: { name: 'echo', arguments: { text: 'a' } },
};
const agent = new Agent({ keepAlive: true, maxSockets: 32 });
const children: ReturnType<typeof spawn>[] = [];

try {
  const echo = await start('http-echo.ts');
  const policy = { version: '1', default: 'deny', tools: { echo: {} } };
  writeFileSync(join(folder, 'policy.json'), JSON.stringify(policy));
  const config = {
    ...{ listen: { port: 0 }, admin: false, policies: { bench: 'policy.json' } },
    servers: { echo: { url: `http://127.0.0.1:${echo.said}/mcp` } },
    limits: { sessions: SESSIONS, sessionsPerGrant: SESSIONS, inFlightPerGrant: 1000 },
  };
  writeFileSync(join(folder, 'gateway.json'), JSON.stringify(config));
  const gateway = await start('gateway-child.ts', folder, 'sqlite');
  const [origin = '', token = ''] = gateway.said.split(' ');
  const url = new URL(`${origin}/mcp/echo`);
  const rss = () => Math.round(rssOf(gateway.pid) / 1024);
  const before = rss();
  const opened = await Promise.all(shares(SESSIONS).map((count) => open(url, token, count)));
  const sessions = opened.flatMap(({ sessions }) => sessions);
  await sleep(2000);
  const held = rss();
  const more = await Promise.all(shares(SESSIONS / 10).map((count) => open(url, token, count)));
  const refused = more.flatMap(({ statuses }) => statuses);
  const from = performance.now();
  const answer = await post(url, token, call, sessions[SESSIONS >> 1]);
  const tookMs = performance.now() - from;
  const isSound = sessions.length === SESSIONS && answer.status === 200 && held <= MOST_MB;
  process.stdout.write(
    `${sessions.length} idle sessions: RSS ${held} MB (${before} MB before), ${(((held - before) * 1024) / sessions.length).toFixed(1)} kB each; of ${refused.length} more ${refused.filter((status) => status === 503 || status === 429).length} were refused; a call in one of them took ${tookMs.toFixed(0)} ms\n`,
  );
  process.exitCode = isSound && refused.every((status) => status === 503 || status === 429) ? 0 : 1;
} finally {
  agent.destroy();
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
}

function shares(count: number): number[] {
  const clients = 16;
  return Array.from({ length: clients }, (_, index) => Math.floor((count + index) / clients));
}

async function open(url: URL, token: string, count: number) {
  const clientInfo = { name: 'idle', version: '1' };
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo };
  const sessions: string[] = [];
  const statuses: number[] = [];
  for (let index = 0; index < count; index++) {
    const opening = { jsonrpc: '2.0', id: 0, method: 'initialize', params };
    const { status, session } = await post(url, token, opening);
    statuses.push(status);
    if (session === undefined) continue;
    sessions.push(session);
    await post(url, token, { jsonrpc: '2.0', method: 'notifications/initialized' }, session);
  }
  return { sessions, statuses };
}

function post(url: URL, token: string, message: object, session?: string) {
  const body = JSON.stringify(message);
  return new Promise<{ status: number; session: string | undefined }>((resolve, reject) => {
    const asked = send(
      url,
      {
        ...{ agent, method: 'POST' },
        headers: {
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          authorization: `Bearer ${token}`,
          'content-length': Buffer.byteLength(body),
          ...(session !== undefined && {
            ...{ 'mcp-session-id': session, 'mcp-protocol-version': '2025-11-25' },
          }),
        },
      },
      (answer) => {
        answer.resume();
        answer.on('end', () => {
          const id = answer.headers['mcp-session-id'];
          resolve({
            status: answer.statusCode ?? 0,
            session: typeof id === 'string' ? id : undefined,
          });
        });
      },
    );
    asked.on('error', reject);
    asked.end(body);
  });
}

async function start(name: string, ...args: string[]): Promise<{ pid: number; said: string }> {
  const program = join(import.meta.dirname, name);
  const child = spawn(process.execPath, [program, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const said = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString().trim()));
    child.once('close', () => reject(new Error(`${name} ended`)));
  });
  return { pid: child.pid ?? 0, said };
}
