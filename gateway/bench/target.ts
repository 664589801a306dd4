import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** A running command that speaks MCP on stdio, measured from outside. */
export type Target = {
  startMs: number;
  /** Makes calls one after another; microseconds each. */
  calls(count: number, bytes: number): Promise<number[]>;
  /** CPU time used so far by the process and all its children. */
  cpuUs(): number;
  rssKb(): number;
  close(): Promise<void>;
};

const OPENING = { protocolVersion: '2025-11-25', capabilities: {} };
/** USER_HZ of Linux, which no supported architecture changes. */
const TICK_US = 10_000;

/** Starts a target and opens the session. */
export async function openTarget(argv: readonly string[]): Promise<Target> {
  const startedAt = performance.now();
  const [program = '', ...args] = argv;
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const closed = new Promise<void>((done) => child.on('close', () => done()));
  let wake: (line: string) => void = () => {};
  let held = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    held += chunk;
    if (!held.endsWith('\n')) return;
    const line = held;
    held = '';
    wake(line);
  });
  const ask = (message: string) =>
    new Promise<string>((done) => {
      wake = done;
      child.stdin.write(message);
    });
  const request = (id: number, method: string, params: object) =>
    `${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`;
  const client = { clientInfo: { name: 'bench', version: '1' } };
  await ask(request(0, 'initialize', { ...OPENING, ...client }));
  const startMs = performance.now() - startedAt;
  child.stdin.write('{"jsonrpc":"2.0","method":"notifications/initialized"}\n');
  await ask(request(1, 'tools/list', {}));
  let id = 1;
  const tree = () => withChildren(child.pid ?? 0);
  return {
    startMs,
    async calls(count, bytes) {
      const times: number[] = [];
      const params = { name: 'echo', arguments: { text: 'a word or two, '.repeat(bytes / 15) } };
      for (let call = 0; call < count; call++) {
        const message = request(++id, 'tools/call', params);
        const from = process.hrtime.bigint();
        const answer = await ask(message);
        times.push(Number(process.hrtime.bigint() - from) / 1000);
        if (!answer.includes('"result"') || answer.includes('isError')) {
          throw new Error(`not an answer: ${answer.slice(0, 200)}`);
        }
      }
      return times;
    },
    cpuUs: () => tree().reduce((sum, pid) => sum + cpuOf(pid), 0),
    rssKb: () => tree().reduce((sum, pid) => sum + rssOf(pid), 0),
    async close() {
      child.stdin.end();
      await closed;
    },
  };
}

function withChildren(pid: number): number[] {
  const found = [pid];
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const children = readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8');
    found.push(
      ...children
        .split(' ')
        .filter(Boolean)
        .flatMap((each) => withChildren(Number(each))),
    );
  }
  return found;
}

/** CPU time of a process: nanoseconds where the kernel tells them, else its ticks. */
export function cpuOf(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/task`).reduce((sum, thread) => {
      const [ran = '0'] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ');
      return sum + Number(ran) / 1000;
    }, 0);
  } catch {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) * TICK_US;
  }
}

/** Memory of a process that is not paged out, in kB. */
export function rssOf(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
}
