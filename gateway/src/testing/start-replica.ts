import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { ReplicaOptions } from './redis-replica.ts';

const PROGRAM = join(import.meta.dirname, 'redis-replica.ts');

/** Starts one of several gateways' states in a process of its own. */
export function startReplica(options: ReplicaOptions) {
  const child = spawn(process.execPath, [PROGRAM, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const counts = { sent: 0, refused: 0, failed: 0 };
  const first = Promise.withResolvers<void>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    const [word] = line.split(' ', 1);
    if (word === 'sent' || word === 'refused' || word === 'failed') counts[word]++;
    first.resolve();
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  void ended.then(() => first.resolve());
  return {
    counts,
    /** Settles with the first answer, or the end. */
    first: first.promise,
    ended,
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** The calls that were sent on, by the log of the server behind all. */
export function sentCalls(log: string): { callId: string; at: number }[] {
  if (!existsSync(log)) return [];
  const lines = readFileSync(log, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line));
}
