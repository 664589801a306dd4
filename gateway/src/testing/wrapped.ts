import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { JsonObject, JsonValue } from '@toolwarden/catalogue';
import { onTestFinished } from 'vitest';

const BIN = join(import.meta.dirname, '../../../cli/bin/toolwarden.js');

/** What every scripted server begins with: it lists one tool and leaves calls to `onCall(id, params)`. */
const PRELUDE = `
import { appendFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
writeFileSync('pid', String(process.pid));
const say = (value) => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', ...value }) + '\\n');
const answer = (id) => say({ id, result: { content: [{ type: 'text', text: 'done' }] } });
const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  const { id, method, params } = JSON.parse(line);
  if (method === 'tools/list') say({ id, result: { tools: [{ name: 'act', inputSchema: { type: 'object' } }] } });
  if (method === 'tools/call') { appendFileSync('calls', line + '\\n'); onCall(id, params); }
});
`;

/** Runs the real command around a server that is a script, in a folder, with a client that speaks raw lines. */
export function startWrapped(
  folder: string,
  script: string,
  start: { entry?: string; args?: string[]; policy?: object; options?: string[] } = {},
) {
  writeFileSync(join(folder, 'server.mjs'), `${PRELUDE}\n${script}`);
  const policy = start.policy ?? { version: '1', default: 'allow' };
  writeFileSync(join(folder, 'policy.json'), JSON.stringify(policy));
  const command = start.entry ? [start.entry, ...(start.args ?? [])] : [BIN, 'wrap'];
  const options = ['--policy', 'policy.json', '--state', join(folder, 'state')];
  options.push(...(start.options ?? []));
  const wrap = spawn('node', [...command, ...options, '--', 'node', 'server.mjs'], {
    cwd: folder,
    stdio: 'pipe',
  });
  onTestFinished(() => void wrap.kill('SIGKILL'));
  wrap.stdin.on('error', () => {});
  let stderr = '';
  wrap.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const exited = new Promise<number | null>((done) => wrap.on('close', done));
  const waiting = new Map<JsonValue, (answer: JsonObject) => void>();
  createInterface({ input: wrap.stdout }).on('line', (line) => {
    const message = JSON.parse(line);
    waiting.get(message.id)?.(message);
  });
  let lastId = 0;
  return {
    wrap,
    exited,
    stderr: () => stderr,
    /** Calls the tool; `undefined` where the connection closed without an answer. */
    call(args: JsonObject = {}): Promise<JsonObject | undefined> {
      const id = ++lastId;
      const params = { name: 'act', arguments: args };
      wrap.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params })}\n`);
      const answered = new Promise<JsonObject>((done) => waiting.set(id, done));
      return Promise.race([answered, exited.then(() => undefined)]);
    },
    /** Arguments of the calls that reached the server, by its own log. */
    reached: () => linesOf(join(folder, 'calls')).map((line) => JSON.parse(line).params.arguments),
    serverPid: () => Number(readFileSync(join(folder, 'pid'), 'utf8')),
  };
}

function linesOf(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n').filter(Boolean);
  } catch {
    return [];
  }
}

/** Whether a process is there and more than a name in a table. */
export function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
