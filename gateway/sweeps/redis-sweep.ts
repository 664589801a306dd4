import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { openAuditReader } from '../src/audit/audit-reader.ts';
import { verifyAudit } from '../src/audit/verify-audit.ts';
import { stateFiles } from '../src/state/open-database.ts';
import { brokenByReplicas } from '../src/testing/replicas-run.ts';
import { startRedis } from '../src/testing/start-redis.ts';
import { sentCalls, startReplica } from '../src/testing/start-replica.ts';
import { startTcpProxy } from '../src/testing/tcp-proxy.ts';

/** What a round left behind, by the log of the server behind all gateways. */
export type RedisRound = {
  sent: number;
  overLimit: number;
  /** Sent without a record of an allowing decision before it. */
  unaudited: number;
  auditProblems: number;
  /** What of the invariants did not hold. */
  broken: string[];
  /** Capacity that a crash cost. */
  lost: number;
};

const LIMIT = 300;
const AT_ONCE = 8;
const LONGEST_MS = 250;

/**
 * One round: two gateways share a Redis and are called as fast as they answer; at a random time one of them, both, or
 * Redis itself is killed. Redis comes back with its log, another gateway takes over until the limit refuses.
 */
export async function killRound(random: () => number): Promise<RedisRound> {
  const base = mkdtempSync(join(tmpdir(), 'toolwarden-redis-sweep-'));
  // With `everysec` Redis answers before it has written while the disk is busy, and a kill then forgets charges.
  const redis = await startRedis('--appendfsync', 'always');
  try {
    const start = (name: string, calls = 1e9) => startGateway(base, redis.url, name, calls);
    const gateways = ['a', 'b'].map((name) => start(name));
    await Promise.race(gateways.map(({ first }) => first));
    await sleep(random() * LONGEST_MS);
    const victim = random();
    if (victim < 0.5) await redis.kill();
    if (victim > 0.3) await gateways[0]?.kill();
    if (victim > 0.7) await gateways[1]?.kill();
    if (victim < 0.5) await redis.restart();
    await start('c', 400).ended;
    for (const gateway of gateways) await gateway.kill();
    return checkRound(base, ['a', 'b', 'c'], {});
  } finally {
    await redis.close();
    rmSync(base, { recursive: true, force: true, maxRetries: 20 });
  }
}

/**
 * One failover: the primary dies under load, its replica takes its place, and the gateways find it under the old address.
 * Without `replicas` what the replica had not yet is lost, and so many calls may pass again.
 */
export async function failoverRound(random: () => number, replicas: number): Promise<RedisRound> {
  const base = mkdtempSync(join(tmpdir(), 'toolwarden-redis-sweep-'));
  const primary = await startRedis();
  const link = await startTcpProxy(primary.port);
  const replica = await startRedis('--replicaof', '127.0.0.1', String(link.port));
  const proxy = await startTcpProxy(primary.port);
  try {
    while (!String(await primary.ask('INFO', 'replication')).includes('state=online')) {
      await sleep(20);
    }
    const url = `redis://127.0.0.1:${proxy.port}`;
    const gateways = ['a', 'b'].map((name) => startGateway(base, url, name, 1e9, replicas));
    await Promise.race(gateways.map(({ first }) => first));
    await sleep(random() * LONGEST_MS);
    // A replica that lags: it hears nothing for a moment before the primary dies.
    link.hold();
    await sleep(random() * 20);
    await primary.kill();
    await replica.ask('REPLICAOF', 'NO', 'ONE');
    proxy.leadTo(replica.port);
    proxy.cut();
    await startGateway(base, url, 'c', 400).ended;
    for (const gateway of gateways) await gateway.kill();
    return checkRound(base, ['a', 'b', 'c'], { isForgetful: replicas === 0 });
  } finally {
    await proxy.close();
    await link.close();
    await Promise.all([primary.close(), replica.close()]);
    rmSync(base, { recursive: true, force: true, maxRetries: 20 });
  }
}

function startGateway(base: string, url: string, name: string, calls: number, replicas = 0) {
  return startReplica({
    ...{ url, folder: join(base, name), log: join(base, 'log'), name, max: LIMIT, window: 'day' },
    ...{ atOnce: AT_ONCE, calls, deadlineMs: 2000, replicas },
  });
}

function checkRound(
  base: string,
  names: string[],
  { isForgetful = false }: { isForgetful?: boolean },
): RedisRound {
  const [limit, log] = [LIMIT, join(base, 'log')];
  const sent = sentCalls(log);
  // One that was killed as it started has written nothing yet.
  const folders = names.map((name) => join(base, name)).filter(hasRecords);
  const allowed = new Set(folders.flatMap(allowedCalls));
  const problems = folders.map(
    (folder) => verifyAudit({ source: { folder }, keys: new Map() }).problems.length,
  );
  return {
    sent: sent.length,
    overLimit: Math.max(0, sent.length - limit),
    unaudited: sent.filter(({ callId }) => !allowed.has(callId)).length,
    auditProblems: problems.reduce((sum, count) => sum + count, 0),
    broken: brokenByReplicas({ folders, log, limit, atOnce: AT_ONCE, isForgetful }),
    lost: Math.max(0, limit - sent.length),
  };
}

function hasRecords(folder: string): boolean {
  const { database } = stateFiles(folder);
  if (!existsSync(database)) return false;
  const db = new DatabaseSync(database, { readOnly: true });
  const found = db.prepare(`SELECT 1 FROM sqlite_master WHERE name = 'record'`).get();
  db.close();
  return found !== undefined;
}

function allowedCalls(folder: string): string[] {
  const reader = openAuditReader(folder);
  const calls = [...reader.from(0)].flatMap(({ body }) => {
    const { kind, effect, call } = JSON.parse(body);
    return kind === 'decision' && effect === 'allow' ? [call as string] : [];
  });
  reader.close();
  return calls;
}
