// Callers who were looked up before: their next call is judged at once, and passes only while what they showed still holds.
import { existsSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { type JsonObject, own } from '@toolwarden/catalogue';
import { expect, onTestFinished, test } from 'vitest';
import { pinsOf } from '../pins/listing.ts';
import { openRedisState } from '../state/redis/redis-state.ts';
import { openSqliteState } from '../state/sqlite-state.ts';
import type { Eventually, Grant, State } from '../state/state.ts';
import { type HttpHarnessOptions, startHttpHarness } from '../testing/http-gateway.ts';
import { testNeeding } from '../testing/needs.ts';
import { recordedState } from '../testing/recorded-state.ts';
import { startRedis } from '../testing/start-redis.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { identifyByGrant } from './identity.ts';

type Operator = {
  grants: {
    create(grant: Omit<Grant, 'id'>): Eventually<{ id: string; token: string }>;
    rotate(id: string): Eventually<string | undefined>;
    revoke(id: string): Eventually<boolean>;
    forget(): Eventually<number>;
  };
};
/** `ahead`: by so much the clock that the gateway's grants end by is ahead. */
type Stores = { gateway: State; operator: Operator; clock: { ahead: number } };

const HOUR = 3_600_000;

function by(clock: { ahead: number }, state: State): State {
  return {
    ...state,
    record: (entry, judge) => state.record({ ...entry, at: entry.at + clock.ahead }, judge),
    findGrant: (token, at) => state.findGrant(token, at + clock.ahead),
  };
}

/** One store as the gateway has it open, and as another process has. */
function sqliteStores(): Stores {
  const folder = join(temporaryFolder(), 'state');
  const operator = openSqliteState({ folder });
  onTestFinished(() => operator.close());
  const { approvals: _, grants: __, ...state } = openSqliteState({ folder });
  const clock = { ahead: 0 };
  return { gateway: by(clock, state), operator, clock };
}

async function redisStores(): Promise<Stores> {
  const redis = await startRedis();
  onTestFinished(() => redis.close());
  const folder = temporaryFolder();
  const clock = { ahead: 0 };
  const open = (name: string) =>
    openRedisState({
      ...{ folder: join(folder, name), redis: { url: redis.url, deadlineMs: 10_000 } },
      clock: () => Date.now() + clock.ahead,
    });
  const operator = await open('operator');
  onTestFinished(() => operator.close());
  const { approvals: _, grants: __, ...state } = await open('gateway');
  return { gateway: by(clock, state), operator, clock };
}

/** A gateway before a store, and a grant that its caller has used in both eras. */
async function startRecalling(
  { gateway, operator }: Stores,
  options: HttpHarnessOptions = {},
  expiresAt?: number,
) {
  let looks = 0;
  const notes: string[] = [];
  const harness = await startHttpHarness({
    grants: {},
    throughState: (_, happenings) =>
      recordedState(
        {
          ...gateway,
          findGrant(token, at) {
            looks++;
            return gateway.findGrant(token, at);
          },
          note(note) {
            notes.push(note.kind);
            gateway.note(note);
          },
        },
        happenings,
      ),
    ...options,
  });
  const { id, token } = await operator.grants.create({
    ...{ label: 'ci', servers: ['*'], policy: harness.policy },
    ...(expiresAt !== undefined && { expiresAt }),
  });
  const headers = { Authorization: `Bearer ${token}` };
  const session = await harness.open(headers);
  const calls = async () => [
    await session.call('act'),
    await harness.ask('tools/call', { name: 'act' }, { headers }),
  ];
  for (const { text } of await calls()) expect(text).toContain('"done"');
  return { harness, session, calls, headers, id, token, notes, looks: () => looks };
}

const tool: JsonObject = { name: 'act', inputSchema: { type: 'object' } };
const refused = { status: 401, headers: { 'www-authenticate': 'Bearer realm="toolwarden"' } };

const changes: Record<string, (operator: Operator, id: string) => Promise<unknown>> = {
  revoked: async ({ grants }, id) => grants.revoke(id),
  rotated: async ({ grants }, id) => grants.rotate(id),
  'revoked and forgotten': async ({ grants }, id) => {
    await grants.revoke(id);
    await grants.forget();
  },
};

const stores = [
  { name: 'SQLite', open: sqliteStores, test },
  { name: 'Redis', open: redisStores, test: await testNeeding('redis-server') },
];

for (const store of stores) {
  for (const [name, change] of Object.entries(changes)) {
    store.test(
      `A5: a grant that another process has ${name} is refused at the next call, with ${store.name}`,
      async () => {
        const opened = await store.open();
        const { harness, calls, id, notes, looks } = await startRecalling(opened);
        const before = looks();
        for (const { text } of await calls()) expect(text).toContain('"done"');
        // Else all that follows would hold by the look-up, and not by the record.
        expect(looks()).toBe(before);
        await change(opened.operator, id);
        const seen = harness.server.seen.length;
        for (const got of await calls()) expect(got).toMatchObject(refused);
        // Nor as anybody who is remembered.
        for (const got of await calls()) expect(got).toMatchObject(refused);
        expect(harness.reached()).toHaveLength(4);
        expect(harness.server.seen).toHaveLength(seen);
        // Nothing is wrong with the server, and nobody is to look for it there.
        expect(notes).toContain('frame-refused');
        expect(notes).not.toContain('server-fault');
      },
    );
  }

  store.test(
    `A5: a grant whose time is over is refused at the next call, with ${store.name}`,
    async () => {
      const opened = await store.open();
      const { calls, harness } = await startRecalling(opened, {}, Date.now() + HOUR);
      opened.clock.ahead = HOUR;
      for (const got of await calls()) expect(got).toMatchObject(refused);
      expect(harness.reached()).toHaveLength(2);
    },
  );

  store.test(
    `A5: the token that a grant was given instead opens what the old one did, with ${store.name}`,
    async () => {
      const opened = await store.open();
      const { harness, id } = await startRecalling(opened);
      const token = await opened.operator.grants.rotate(id);
      const headers = { Authorization: `Bearer ${token}` };
      for (let time = 0; time < 2; time++) {
        const { text } = await harness.ask('tools/call', { name: 'act' }, { headers });
        expect(text).toContain('"done"');
      }
    },
  );
}

test('A5: whoever is not let in any more hears nothing else, whatever is wrong with what they send', async () => {
  const opened = sqliteStores();
  const { harness, session, headers, id: grant } = await startRecalling(opened);
  await opened.operator.grants.revoke(grant);
  const own = session.headers;
  const call = { jsonrpc: '2.0', method: 'tools/call', params: { name: 'act' } };
  let id = 100;
  const send = (more: Record<string, string>, body: JsonObject) =>
    harness.post({ ...body, id: ++id }, { ...own, ...more });
  const wrong = {
    'arguments that are none': send({}, { ...call, params: { name: 'act', arguments: 3 } }),
    'no name': send({}, { ...call, params: {} }),
    'a tool that is not there': send({}, { ...call, params: { name: 'nothing' } }),
    'no message': harness.post([call], own),
    'another session': send({ 'Mcp-Session-Id': 'x' }, call),
    'another type': send({ 'Content-Type': 'text/plain' }, call),
    'another kind of answer': send({ Accept: 'text/html' }, call),
    'a list': session.request('tools/list'),
    'a reading': session.request('resources/read', { uri: 'x:y' }),
    'a notice': harness.post({ jsonrpc: '2.0', method: 'notifications/initialized' }, own),
    'a list without a session': harness.ask('tools/list', {}, { headers }),
    'headers that say something else': harness.ask(
      'tools/call',
      { name: 'act' },
      { headers: { ...headers, 'Mcp-Name': 'other' } },
    ),
    'no such server': harness.post({ ...call, id: ++id }, own, '/mcp/nowhere'),
  };
  for (const [what, sent] of Object.entries(wrong)) {
    expect({ what, ...(await sent) }).toMatchObject({ what, ...refused });
  }
  expect(harness.reached()).toHaveLength(2);
});

test('A5: for a grant that is revoked no list is asked for and no server started', async () => {
  const opened = sqliteStores();
  const marker = join(temporaryFolder(), 'started');
  const script = `require('node:fs').writeFileSync(${JSON.stringify(marker)}, '')`;
  const lock = join(temporaryFolder(), 'lock.json');
  const pins = { test: pinsOf({ tools: [tool] }), child: pinsOf({ tools: [tool] }) };
  writeFileSync(lock, JSON.stringify({ version: '1', servers: pins }));
  const { harness, headers, calls, id } = await startRecalling(opened, {
    servers: { child: { command: process.execPath, args: ['-e', script] } },
    ...{ policy: { version: '1', default: 'allow', pinning: 'enforce' }, config: { lock } },
    tools: [tool],
  });
  const lists = () =>
    harness.happenings.filter(
      (each) => each.kind === 'server-got' && each.line.includes('"tools/list"'),
    ).length;
  const before = lists();
  for (const { text } of await calls()) expect(text).toContain('"done"');
  // Each call asks for a list first, so that not asking shows.
  expect(lists()).toBe(before + 2);
  await opened.operator.grants.revoke(id);
  for (const got of await calls()) expect(got).toMatchObject(refused);
  expect(lists()).toBe(before + 2);
  const path = '/mcp/child';
  const got = await harness.ask('tools/call', { name: 'act' }, { headers, path });
  expect(got).toMatchObject(refused);
  expect(existsSync(marker)).toBe(false);
});

test('A5, G8: bodies that never end take no place of a grant whose token is another by now', async () => {
  const opened = sqliteStores();
  const limits = { inFlightPerGrant: 2, bodyMs: 3_600_000 };
  const { harness, session, id } = await startRecalling(opened, { config: { limits } });
  const refusals: (number | undefined)[] = [];
  for (let n = 0; n < 2; n++) {
    const headers = {
      ...{ ...session.headers, Accept: 'application/json, text/event-stream' },
      ...{ 'Content-Type': 'application/json', 'Content-Length': 100 },
    };
    const asked = request({ port: harness.port, method: 'POST', path: '/mcp/test', headers });
    onTestFinished(() => void asked.destroy());
    asked.on('error', () => {});
    asked.on('response', (response) => refusals.push(response.resume().statusCode));
    asked.write('{');
  }
  await expect.poll(() => harness.gateway.load().inFlight).toBe(2);
  const token = await opened.operator.grants.rotate(id);
  const headers = { Authorization: `Bearer ${token}` };
  const call = () => harness.ask('tools/call', { name: 'act' }, { headers });
  await expect
    .poll(async () => (await call()).status, { timeout: 30_000, interval: 200 })
    .toBe(200);
  await expect.poll(() => refusals).toEqual([401, 401]);
}, 120_000);

test('A5: the bodies of those who may still call come in as slowly as they like', async () => {
  const { harness, session, looks } = await startRecalling(sqliteStores());
  const body = JSON.stringify({
    ...{ jsonrpc: '2.0', id: 50, method: 'tools/call', params: { name: 'act' } },
  });
  const headers = {
    ...{ ...session.headers, Accept: 'application/json, text/event-stream' },
    ...{ 'Content-Type': 'application/json', 'Content-Length': body.length },
  };
  const asked = request({ port: harness.port, method: 'POST', path: '/mcp/test', headers });
  const answered = new Promise<number | undefined>((done, failed) => {
    asked.on('error', failed);
    asked.on('response', (response) => done(response.resume().statusCode));
  });
  const before = looks();
  asked.write(body.slice(0, 10));
  await expect.poll(looks, { timeout: 100_000 }).toBeGreaterThan(before);
  asked.end(body.slice(10));
  expect(await answered).toBe(200);
  expect(harness.reached()).toHaveLength(3);
}, 120_000);

test('A5: the session of a grant goes on whoever names it with the token that was the grant’s', async () => {
  const opened = sqliteStores();
  const held: (() => void)[] = [];
  const { harness, session, id } = await startRecalling(opened, {
    script({ method, params, answer }) {
      if (method !== 'tools/call' || own(own(params, 'arguments'), 'slow') === undefined)
        return undefined;
      held.push(() => answer({ content: [{ type: 'text', text: 'late' }] }));
      return true;
    },
  });
  const waiting = session.call('act', { slow: true });
  await expect.poll(() => held.length).toBe(1);
  // The session is one with a server that is configured otherwise now: it ends when nothing waits in it any more.
  const servers = { test: { url: harness.server.url, headers: { 'X-New': '1' } } };
  const policies = { p: harness.policy };
  const base = { listen: { port: 0 }, admin: false, servers, policies };
  writeFileSync(harness.config, JSON.stringify(base));
  await harness.gateway.reload();
  await opened.operator.grants.rotate(id);
  expect(await session.call('act')).toMatchObject(refused);
  held[0]?.();
  expect((await waiting).text).toContain('late');
});

test('I8: of the ways to spell one token only short ones are remembered', async () => {
  const grant = { id: 'g-1', label: 'ci', servers: ['*'], policy: 'p' };
  const { identify, recall } = identifyByGrant({ findGrant: () => grant });
  const token = 'a'.repeat(40);
  for (const [way, isRecalled] of [
    [`Bearer ${token}`, true],
    [`bearer ${token}`, true],
    [`Bearer${' '.repeat(8_000)}${token}`, false],
  ] as const) {
    expect(await identify(way)).toMatchObject({ grant: 'g-1' });
    expect(recall(way) !== undefined).toBe(isRecalled);
  }
});

test('A6: a policy that is here no more is missed at the next call', async () => {
  const opened = sqliteStores();
  const { harness, calls } = await startRecalling(opened);
  const other = join(harness.folder, 'other.json');
  writeFileSync(other, JSON.stringify({ version: '1', default: 'allow' }));
  const servers = { test: { url: harness.server.url } };
  const base = { listen: { port: 0 }, admin: false, servers, policies: { p: other } };
  writeFileSync(harness.config, JSON.stringify(base));
  await harness.gateway.reload();
  for (const { status } of await calls()) expect(status).toBe(403);
  expect(harness.reached()).toHaveLength(2);
});
