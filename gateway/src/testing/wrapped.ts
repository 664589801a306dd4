import { spawn } from 'node:child_process';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JsonObject, JsonValue } from '@toolwarden/catalogue';
import { expect, onTestFinished } from 'vitest';
import type { InvariantOptions } from './invariants.ts';
import { reachedIn, sampleOf, serversIn, wrappedRun } from './wrapped-run.ts';

const BIN = join(import.meta.dirname, '../../../cli/bin/toolwarden.js');

/** What every scripted server begins with: it lists one tool and leaves calls to `onCall(id, params)`. */
const PRELUDE = `
import { appendFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
writeFileSync('pid', String(process.pid));
appendFileSync('pids', process.pid + '\\n');
const say = (value) => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', ...value }) + '\\n');
const answer = (id) => say({ id, result: { content: [{ type: 'text', text: 'done' }] } });
const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  const { id, method, params } = JSON.parse(line);
  if (method === 'tools/list') say({ id, result: { tools: [{ name: 'act', inputSchema: { type: 'object' } }] } });
  if (method === 'tools/call') {
    appendFileSync('calls', JSON.stringify({ at: Date.now(), line }) + '\\n');
    onCall(id, params);
  }
});
`;

type Start = {
  entry?: string;
  args?: string[];
  policy?: object;
  options?: string[];
  /** A command that runs the gateway's. */
  through?: string[];
  /** Where its state lies, if not in the folder's `state`, where it must be in the end. */
  state?: string;
  env?: Record<string, string>;
  /** Names the client where several share a state. */
  client?: string;
  invariants?: InvariantOptions;
};

const SAMPLE_MS = 250;
const BOUNDS = { rssKb: 400_000, files: 64, children: 8 };

/**
 * Runs the real command around a server that is a script, in a folder, with a client that speaks raw lines. Whatever
 * fault a test brings about, the invariants must hold when it is over: that is checked here, for all of them.
 */
export function startWrapped(folder: string, script: string, start: Start = {}) {
  writeWhole(join(folder, 'server.mjs'), `${PRELUDE}\n${script}`);
  const policy = start.policy ?? { version: '1', default: 'allow' };
  writeWhole(join(folder, 'policy.json'), JSON.stringify(policy));
  const command = start.entry ? [start.entry, ...(start.args ?? [])] : [BIN, 'wrap'];
  const options = ['--policy', 'policy.json', '--state', start.state ?? join(folder, 'state')];
  options.push(...(start.options ?? []));
  const { run, isNew } = wrappedRun(folder);
  const checks = {
    ...{ bounds: BOUNDS, isObserving: options.includes('--observe'), clientLeft: true },
    ...start.invariants,
  };
  if (isNew) {
    onTestFinished(async () => {
      for (const pid of await outliving(folder)) run.add({ kind: 'outlived', pid });
      expect(run.broken(checks)).toEqual([]);
    });
  }
  const [program = 'node', ...before] = [...(start.through ?? []), 'node'];
  const wrap = spawn(program, [...before, ...command, ...options, '--', 'node', 'server.mjs'], {
    cwd: folder,
    stdio: 'pipe',
    env: { ...process.env, ...start.env },
  });
  onTestFinished(() => void wrap.kill('SIGKILL'));
  wrap.stdin.on('error', () => {});
  let stderr = '';
  wrap.stderr.on('data', (chunk) => {
    stderr += chunk;
    run.add({ kind: 'wrote', where: 'stderr', line: String(chunk) });
  });
  const exited = new Promise<number | null>((done) => wrap.on('close', done));
  const waiting = new Map<JsonValue, (answer: JsonObject) => void>();
  const { client = 'client' } = start;
  let isSampled = false;
  const sample = () => {
    const found = sampleOf(wrap.pid ?? 0);
    if (found !== undefined) run.add(found);
  };
  const timer = setInterval(() => isSampled && sample(), SAMPLE_MS);
  wrap.on('exit', () => clearInterval(timer));
  createInterface({ input: wrap.stdout }).on('line', (line) => {
    run.add({ kind: 'client-got', line, client });
    const message = JSON.parse(line);
    waiting.get(message.id)?.(message);
    // From the first answer on all that a start opens is open.
    if (!isSampled) sample();
    isSampled = true;
  });
  let lastId = 0;
  return {
    ...{ wrap, exited, run },
    stderr: () => stderr,
    /** Calls the tool; `undefined` where the connection closed without an answer. */
    call(args: JsonObject = {}): Promise<JsonObject | undefined> {
      const id = ++lastId;
      const params = { name: 'act', arguments: args };
      const line = JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params });
      run.add({ kind: 'client-sent', line, client });
      wrap.stdin.write(`${line}\n`);
      const answered = new Promise<JsonObject>((done) => waiting.set(id, done));
      return Promise.race([answered, exited.then(() => undefined)]);
    },
    /** Arguments of the calls that reached the server, by its own log. */
    reached: (): JsonObject[] =>
      reachedIn(folder).flatMap(({ happening }) =>
        happening.kind === 'server-got' ? [JSON.parse(happening.line).params.arguments] : [],
      ),
    /** 0 where its gateway ended it before it could say so, and nothing lives under that. */
    serverPid: () =>
      existsSync(join(folder, 'pid')) ? Number(readFileSync(join(folder, 'pid'), 'utf8')) : 0,
  };
}

/** Writes a file that another gateway in the folder may be reading. */
function writeWhole(file: string, text: string): void {
  writeFileSync(`${file}.next`, text);
  renameSync(`${file}.next`, file);
}

/** Servers that are there although their gateways have been gone for as long as a watchdog may take, and more. */
async function outliving(folder: string): Promise<number[]> {
  const end = Date.now() + 60_000;
  let left = serversIn(folder).filter(isAlive);
  while (left.length > 0 && Date.now() < end) {
    await sleep(50);
    left = left.filter(isAlive);
  }
  return left;
}

/** Whether a process is there and more than a name in a table. */
export function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
