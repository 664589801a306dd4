import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from './free-port.ts';

/** A real Redis of one test's own, on a port of the loopback that nobody else uses. */
export type TestRedis = {
  url: string;
  port: number;
  process: () => ChildProcess;
  /** Asks it something, past the gateway. */
  ask(command: string, ...args: (string | number)[]): Promise<unknown>;
  /** Ends it as a crash does. */
  kill(): Promise<void>;
  /** Starts it again with the data it had written. */
  restart(): Promise<void>;
  close(): Promise<void>;
};

/** Starts a Redis that writes every change to its log before it answers, so that a crash forgets nothing. */
export async function startRedis(...options: string[]): Promise<TestRedis> {
  const dir = await mkdtemp(join(diskInMemory(), 'toolwarden-redis-'));
  const port = await freePort();
  const args = [
    ...[
      '--port',
      `${port}`,
      '--bind',
      '127.0.0.1',
      '--dir',
      dir,
      '--save',
      '',
      '--daemonize',
      'no',
    ],
    ...['--appendonly', 'yes', '--appendfsync', 'everysec'],
    ...['--repl-diskless-sync-delay', '0', ...options],
  ];
  let child: ChildProcess;
  let ended: Promise<unknown>;
  const start = async () => {
    child = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'inherit'] });
    ended = new Promise((resolve) => child.once('close', resolve));
    await new Promise<void>((resolve, reject) => {
      child.stdout?.on(
        'data',
        (text) => /Ready to accept connections/.test(`${text}`) && resolve(),
      );
      child.once('error', reject);
      child.once('close', () => reject(new Error('redis-server ended')));
    });
  };
  const kill = async () => {
    child.kill('SIGKILL');
    await ended;
  };
  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    process: () => child,
    async ask(command, ...rest) {
      const redis = new Redis(port, {
        ...{ lazyConnect: true, enableReadyCheck: false, retryStrategy: () => null },
      });
      redis.on('error', () => {});
      try {
        return await redis.call(command, ...rest);
      } finally {
        redis.disconnect();
      }
    },
    kill,
    restart: start,
    async close() {
      await kill();
      await rm(dir, { recursive: true, force: true, maxRetries: 20 });
    },
  };
}

/** What a Redis wrote has to outlive it, not the machine; so a test need not wait for a disk that others keep busy. */
function diskInMemory(): string {
  const folder = '/dev/shm';
  try {
    accessSync(folder, constants.W_OK);
    return folder;
  } catch {
    return tmpdir();
  }
}
