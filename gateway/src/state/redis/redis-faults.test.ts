import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, onTestFinished } from 'vitest';
import { brokenInvariants, type Happening } from '../../testing/invariants.ts';
import { entry, judgeOf } from '../../testing/judged-calls.ts';
import { testNeeding } from '../../testing/needs.ts';
import { recordedState } from '../../testing/recorded-state.ts';
import { startRedis, type TestRedis } from '../../testing/start-redis.ts';
import { startTcpProxy } from '../../testing/tcp-proxy.ts';
import { temporaryFolder } from '../../testing/temporary-folder.ts';
import type { CallEntry } from '../state.ts';
import { openRedisState, type RedisState, type RedisStateOptions } from './redis-state.ts';

const test = await testNeeding('redis-server');

/** Longer than a busy machine lets a Redis wait that is there; what is not there is waited for so long. */
const DEADLINE_MS = 2_000;
let redis: TestRedis;

const happenings: Happening[] = [];

beforeEach(async () => {
  happenings.length = 0;
  // With a write a second a busy disk makes a killed Redis forget what it had answered (docs/redis.md).
  redis = await startRedis('--appendfsync', 'always');
});
afterEach(async () => {
  await redis.close();
  expect(brokenInvariants(happenings, { ceilings: { read: 2, pay: 0 } })).toEqual([]);
});

async function open(more: Partial<RedisStateOptions> & { url?: string } = {}) {
  const { url = redis.url, folder = join(temporaryFolder(), 's'), ...rest } = more;
  const state = await openRedisState({ folder, redis: { url, deadlineMs: DEADLINE_MS }, ...rest });
  onTestFinished(() => state.close());
  return recordedState(state, happenings);
}

/** Makes a call; one that is allowed reaches the server, as it does behind a gateway. */
async function ask(state: RedisState, call: CallEntry = entry('read')): Promise<string> {
  const { effect } = (await state.record(call, judgeOf(call))).decision;
  if (effect !== 'allow') return effect;
  const params = { name: call.tool, arguments: call.arguments };
  const line = JSON.stringify({ jsonrpc: '2.0', id: call.callId, method: 'tools/call', params });
  happenings.push({ kind: 'server-got', line });
  return effect;
}

/** Asks until a call passes; one that does not costs nothing. */
const passes = (state: RedisState) =>
  expect.poll(() => ask(state).catch(String), { timeout: 60_000, interval: 50 }).toBe('allow');

/** What goes wrong with a Redis, how it is put right, and what callers are told meanwhile. */
const faults: {
  name: string;
  break(): Promise<unknown>;
  mend(): Promise<unknown>;
  says: RegExp;
}[] = [
  {
    name: 'killed, and started again with its data',
    break: () => redis.kill(),
    mend: () => redis.restart(),
    says: /does not answer/,
  },
  {
    name: 'frozen',
    break: async () => redis.process().kill('SIGSTOP'),
    mend: async () => redis.process().kill('SIGCONT'),
    says: /did not answer in time|does not answer/,
  },
  {
    name: 'out of memory',
    break: () => redis.ask('CONFIG', 'SET', 'maxmemory', 1),
    mend: () => redis.ask('CONFIG', 'SET', 'maxmemory', 0),
    says: /no memory left/,
  },
  {
    name: 'made a replica of one that is gone',
    break: () => redis.ask('REPLICAOF', '127.0.0.1', '1'),
    mend: () => redis.ask('REPLICAOF', 'NO', 'ONE'),
    says: /is a replica/,
  },
  {
    name: 'behind a password that was set meanwhile',
    break: async () => {
      await redis.ask('CONFIG', 'SET', 'requirepass', 'secret');
      const admin = new Redis(redis.port, { password: 'secret' });
      await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      admin.disconnect();
    },
    mend: async () => {
      const admin = new Redis(redis.port, { password: 'secret' });
      await admin.call('CONFIG', 'SET', 'requirepass', '');
      admin.disconnect();
    },
    says: /wants a password|does not answer/,
  },
];

test.for(faults)(
  'P17: while Redis is $name every call is refused in time, and calls pass again by themselves',
  async (fault) => {
    const state = await open();
    expect(await ask(state)).toBe('allow');
    await fault.break();
    happenings.push({ kind: 'lost', what: 'Redis' });
    for (const _ of [1, 2]) {
      await expect(ask(state)).rejects.toMatchObject({
        code: 'state-unavailable',
        message: expect.stringMatching(fault.says),
      });
    }
    happenings.push({ kind: 'restored' });
    await fault.mend();
    // One of two is left: what was refused cost nothing in the end, and what passed before still counts.
    await passes(state);
    expect(await ask(state)).toBe('deny');
  },
);

test('P17: while Redis loads its data every call is refused, and calls pass when it has', async () => {
  // A millisecond an entry, so that it is at it until it is told to go on.
  const slow = await startRedis('--key-load-delay', '1000');
  onTestFinished(() => slow.close());
  const state = await open({ url: slow.url });
  expect(await ask(state)).toBe('allow');
  // It listens once every 1,024 entries that it reads.
  await slow.ask('EVAL', 'for i = 1, 20000 do redis.call("SET", "other-" .. i, i) end', 0);
  await slow.kill();
  const started = slow.restart();
  const asked = async () => String(await slow.ask('GET', 'a').catch(String));
  await expect.poll(asked, { timeout: 30_000, interval: 10 }).toMatch('LOADING');
  await expect(ask(state)).rejects.toMatchObject({ code: 'state-unavailable' });
  await slow.ask('CONFIG', 'SET', 'key-load-delay', 0);
  await started;
  await passes(state);
});

test('P17: a Redis that has forgotten its scripts is taught them again', async () => {
  const state = await open();
  expect(await ask(state)).toBe('allow');
  await redis.ask('SCRIPT', 'FLUSH');
  expect([await ask(state), await ask(state)]).toEqual(['allow', 'deny']);
});

test.for(['allkeys-lru', 'volatile-ttl'])(
  'P17: a Redis that may throw keys away (%s) is refused, at the start and when it begins to',
  async (policy) => {
    const state = await open();
    await redis.ask('CONFIG', 'SET', 'maxmemory-policy', policy);
    await expect(open()).rejects.toThrow(/may throw limits away .*set maxmemory-policy noeviction/);
    // Looked at again when the connection comes back, and every few seconds.
    await redis.ask('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    const refused = () => ask(state, entry('other')).catch(String);
    await expect.poll(refused, { timeout: 30_000 }).toMatch('may throw limits');
    await redis.ask('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
    await passes(state);
  },
);

test('P17: a Redis that was emptied passes for no new one, before and after a restart of the gateway', async () => {
  const folder = join(temporaryFolder(), 's');
  const state = await open({ folder });
  expect(await ask(state)).toBe('allow');
  await redis.ask('FLUSHALL');
  await expect(ask(state)).rejects.toThrow(/emptied or replaced; restore .* delete redis.json/);
  await state.close();
  await expect(open({ folder })).rejects.toThrow('emptied or replaced');
  // Another gateway that never knew the old store begins a new one; this one still refuses.
  happenings.length = 0;
  const other = await open();
  expect(await ask(other)).toBe('allow');
  await expect(open({ folder })).rejects.toThrow('emptied or replaced');
});

test('a store of a newer version is left alone', async () => {
  await (await open()).close();
  await redis.ask('HSET', '{tw}:meta', 'version', '2');
  await expect(open()).rejects.toThrow('newer toolwarden');
});

test.for([
  ['redis://127.0.0.1:1', /^Redis at redis:\/\/127.0.0.1:1: it does not answer/],
  ['redis://:hush@127.0.0.1:1/3', /^Redis at redis:\/\/127.0.0.1:1\/3: (?!.*hush)/],
  ['http://:hush@127.0.0.1', /^redis: expected an address such as redis:\/\/HOST:6379$/],
  ['localhost', /^redis: expected an address such as redis:\/\/HOST:6379$/],
] as const)(
  'a start with %s says in one line what is wrong, without the password',
  async ([url, says]) => {
    await expect(open({ url })).rejects.toThrow(says);
  },
);

test('P18: a call whose answer was cut off after the script ran passes, and is charged once', async () => {
  const { state, cut } = await openBehindProxy();
  expect(await ask(state, entry('other'))).toBe('deny');
  cut();
  expect(await ask(state)).toBe('allow');
  expect(await redis.ask('HGET', '{tw}:meta', 'charges')).toBe('1');
  expect([await ask(state), await ask(state)]).toEqual(['allow', 'deny']);
});

test('P18: a question, an answer and an end of a grant whose receipts were cut off happened once', async () => {
  const { state, cut } = await openBehindProxy();
  const call = entry('pay');
  await ask(state, entry('other'));
  cut();
  const { approvalId = '' } = await state.record(call, judgeOf(call));
  expect(await state.approvals.list()).toHaveLength(1);
  await state.approvals.answer('none', 'approved', 'ann');
  cut();
  expect(await state.approvals.answer(approvalId, 'approved', 'ann')).toBe(true);
  expect(await state.approvals.answer(approvalId, 'approved', 'ann')).toBe(false);
  const { id } = await state.grants.create({ label: 'l', servers: ['s'], policy: '/p' });
  expect(await state.grants.revoke('none')).toBe(false);
  cut();
  expect(await state.grants.revoke(id)).toBe(true);
});

test('a call that could not be written down is given back what it was charged', async () => {
  const folder = join(temporaryFolder(), 's');
  const state = await open({ folder });
  expect(await ask(state)).toBe('allow');
  const files = ['toolwarden.db', 'toolwarden.db-wal'].map((name) => join(folder, name));
  for (const file of files) renameSync(file, `${file}.away`);
  // The files are looked at again after a while, not at each call.
  await new Promise((done) => setTimeout(done, 30));
  for (const _ of [1, 2, 3]) await expect(ask(state)).rejects.toThrow(/gone or replaced/);
  for (const file of files) renameSync(`${file}.away`, file);
  await passes(state);
  expect(await ask(state)).toBe('deny');
});

test('with replicas asked for, a call passes once they have its charge, and is refused where they do not', async () => {
  const replica = await startRedis('--replicaof', '127.0.0.1', String(redis.port));
  onTestFinished(() => replica.close());
  const linked = async () => String(await redis.ask('INFO', 'replication'));
  await expect.poll(linked, { timeout: 30_000 }).toMatch('state=online');
  const state = await open({ redis: { url: redis.url, deadlineMs: 5_000, replicas: 1 } });
  expect(await ask(state)).toBe('allow');
  expect(await replica.ask('HGET', '{tw}:meta', 'charges')).toBe('1');
  await replica.kill();
  await expect(ask(state)).rejects.toThrow(/only 0 of 1 replicas/);
  await replica.restart();
  await passes(state);
  expect(await ask(state)).toBe('deny');
});

/** A state whose next answer to a script can be lost on its way. */
async function openBehindProxy() {
  const proxy = await startTcpProxy(redis.port);
  onTestFinished(() => proxy.close());
  const state = await open({ url: `redis://127.0.0.1:${proxy.port}` });
  return { state, cut: () => proxy.cutAfter((chunk) => chunk.includes('evalsha')) };
}
