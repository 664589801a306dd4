import { setImmediate } from 'node:timers/promises';
import type { JsonObject } from '@toolwarden/catalogue';
import type { Policy } from '@toolwarden/policy';
import { expect, test } from 'vitest';
import { metaKeys } from '../protocol/methods.ts';
import { VERSION } from '../testing/http-gateway.ts';
import {
  frailServer,
  namesIn,
  plainTool,
  saying,
  startJoinedHarness,
} from '../testing/joined-gateway.ts';
import { openStream } from '../testing/open-stream.ts';
import type { HttpScript } from '../testing/scripted-server.ts';
import type { Join } from './join.ts';
import { Listens, type Share } from './listens.ts';

const mail = { tools: [plainTool('send')], script: saying('mail') };
const ACKNOWLEDGED = 'notifications/subscriptions/acknowledged';

/** Grants every subscription, and says what the test wants on it. */
function listening(
  script: HttpScript,
  heard: ((say: (message: JsonObject) => void) => void)[] = [],
): HttpScript {
  return (asked) => {
    const { method, params, id, response } = asked;
    const isTaken = script(asked);
    if (isTaken !== undefined || method !== 'subscriptions/listen') return isTaken;
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    const say = ({ params: more, ...message }: JsonObject) => {
      const _meta = { [metaKeys.subscription]: id as number };
      const whole = { jsonrpc: '2.0', ...message, params: { ...(more as JsonObject), _meta } };
      response.write(`data: ${JSON.stringify(whole)}\n\n`);
    };
    say({ method: ACKNOWLEDGED, params: { notifications: params['notifications'] ?? {} } });
    for (const each of heard) each(say);
    return true;
  };
}

function subscribe(url: string, id: string, notifications: JsonObject) {
  const headers = {
    'MCP-Protocol-Version': VERSION,
    'Mcp-Method': 'subscriptions/listen',
  };
  const _meta = { [metaKeys.version]: VERSION, [metaKeys.capabilities]: {} };
  const params = { notifications, _meta };
  return openStream(`${url}/mcp`, headers, {
    jsonrpc: '2.0',
    id,
    method: 'subscriptions/listen',
    params,
  });
}

test('in the stateless era too, and whoever subscribed is told when it is back', async () => {
  const { state, server } = frailServer('notes');
  const harness = await startJoinedHarness({
    mail: { ...mail, script: listening(mail.script) },
    notes: { ...server, script: listening(server.script) },
  });
  expect(namesIn(await harness.stateless('tools/list'))).toEqual(['test__act', 'mail__send']);
  expect(harness.log.join()).toContain('notes (stateless era): left out of /mcp');
  const stream = subscribe(harness.gateway.url, 'mine', {
    toolsListChanged: true,
    promptsListChanged: true,
  });
  await expect.poll(() => stream.methods()).toEqual([ACKNOWLEDGED]);
  expect(stream.messages()[0]).toMatchObject({
    params: { notifications: { toolsListChanged: true, promptsListChanged: true } },
  });
  state.isDown = false;
  await expect.poll(() => stream.methods()).toContain('notifications/tools/list_changed');
  for (const { params } of stream.messages()) {
    expect(params).toMatchObject({ _meta: { [metaKeys.subscription]: 'mine' } });
  }
  expect(namesIn(await harness.stateless('tools/list'))).toContain('notes__read');
  expect(harness.log.join()).toContain('notes (stateless era): back at /mcp');
});

test('a subscription reaches each server with what is its own, and its notices come back under joined addresses', async () => {
  const says: ((message: JsonObject) => void)[] = [];
  const script = () => listening(() => undefined, [(say) => says.push(say)]);
  const harness = await startJoinedHarness(
    { a: { script: script() }, b: { script: script() } },
    {
      policy: { version: '1', default: 'allow', resources: { 'x://secret': { action: 'deny' } } },
    },
  );
  const stream = subscribe(harness.gateway.url, 's', {
    resourceSubscriptions: ['toolwarden:a:x://1', 'toolwarden:b:x://1'],
  });
  await expect.poll(() => stream.methods()).toEqual([ACKNOWLEDGED]);
  const asked = harness.happenings.flatMap((each) => {
    if (each.kind !== 'server-got' || !each.line.includes('resourceSubscriptions')) return [];
    return [JSON.parse(each.line).params.notifications];
  });
  expect(asked).toEqual([
    { resourceSubscriptions: ['x://1'] },
    { resourceSubscriptions: ['x://1'] },
  ]);
  says[1]?.({ method: 'notifications/resources/updated', params: { uri: 'x://1' } });
  await expect.poll(() => stream.messages().length).toBe(2);
  expect(stream.messages()[1]).toMatchObject({
    method: 'notifications/resources/updated',
    params: {
      uri: expect.stringMatching(/^toolwarden:[ab]:x:\/\/1$/),
      _meta: { [metaKeys.subscription]: 's' },
    },
  });
  const refused = subscribe(harness.gateway.url, 't', {
    resourceSubscriptions: ['toolwarden:a:x://1', 'toolwarden:b:x://secret'],
  });
  await expect.poll(() => refused.isDone()).toBe(true);
  expect(JSON.parse(refused.text())).toMatchObject({ id: 't', error: { code: -32600 } });
  const nobodys = subscribe(harness.gateway.url, 'u', { resourceSubscriptions: ['x://1'] });
  await expect.poll(() => nobodys.isDone()).toBe(true);
  expect(JSON.parse(nobodys.text())).toMatchObject({ id: 'u', error: { code: -32602 } });
});

test('P19: a subscription to several servers asks about all of its addresses at once, and passes once all are approved', async () => {
  const script = () => listening(() => undefined);
  const resources = { 'x://*': { action: 'approve' }, 'x://no': { action: 'deny' } };
  const harness = await startJoinedHarness(
    { a: { script: script() }, b: { script: script() } },
    { policy: { version: '1', default: 'allow', resources } as Policy },
  );
  const listen = (id: string, ...resourceSubscriptions: string[]) =>
    subscribe(harness.gateway.url, id, { resourceSubscriptions });
  const both = ['toolwarden:a:x://1', 'toolwarden:b:x://1'];
  const first = listen('first', ...both);
  await expect.poll(() => first.isDone()).toBe(true);
  const ids = [...harness.state.approvals.keys()];
  expect(ids).toHaveLength(2);
  const { message } = JSON.parse(first.text()).error;
  for (const id of ids) expect(message).toContain(`approvals approve ${id}`);
  expect(message).toContain('once all of them are approved');
  for (const id of ids) harness.state.answer(id, 'approved');
  const second = listen('second', ...both);
  await expect.poll(() => second.methods()).toEqual([ACKNOWLEDGED]);
  const third = listen('third', 'toolwarden:a:x://1', 'toolwarden:b:x://no');
  await expect.poll(() => third.isDone()).toBe(true);
  expect(JSON.parse(third.text()).error.message).toContain('Refused by policy');
});

test('C7: on a subscription too, no server ends a visit to a page that another led to, or tells of tasks', async () => {
  const says: ((message: JsonObject) => void)[] = [];
  const script = listening(() => undefined, [(say) => says.push(say)]);
  const harness = await startJoinedHarness({ evil: { script } });
  const stream = subscribe(harness.gateway.url, 's', { toolsListChanged: true });
  await expect.poll(() => stream.methods()).toEqual([ACKNOWLEDGED]);
  const [say] = says;
  say?.({ method: 'notifications/elicitation/complete', params: { elicitationId: 'pay:1' } });
  say?.({ method: 'notifications/tasks/status', params: { taskId: 't', status: 'working' } });
  say?.({ method: 'notifications/tools/list_changed' });
  await expect
    .poll(() => stream.methods().slice(1))
    .toEqual(['notifications/elicitation/complete', 'notifications/tools/list_changed']);
  expect(stream.messages()[1]).toMatchObject({ params: { elicitationId: 'evil:pay:1' } });
});

test('what the policy refuses of a subscription once its server is back is not asked for again and again', async () => {
  let asked = 0;
  let isThere = false;
  const refusal = { code: -32600, message: 'no', data: { 'toolwarden/decision': {} } };
  const link = {
    fromClientMessage(_: unknown, share: Share) {
      asked++;
      listens.ended(share, JSON.stringify({ jsonrpc: '2.0', id: 's', error: refusal }));
    },
  };
  const part = { name: 'notes', reach: async () => (isThere ? { link } : undefined) };
  const told: string[] = [];
  const context = { tellClient: (text: string) => told.push(text) > 0 };
  const join = { parts: [part], part: () => part, waitMs: 1_000, context };
  const listens = new Listens(join as unknown as Join);
  const wanted = { resourceSubscriptions: ['toolwarden:notes:x://1'] };
  await listens.open('s', { notifications: wanted }, undefined);
  expect(told).toHaveLength(1);
  isThere = true;
  for (let n = 1; n <= 3; n++) {
    listens.tick(performance.now() + n * 60_000);
    await setImmediate();
  }
  expect(asked).toBe(1);
});

test('no server ends a subscription to all of them by an error that looks like a refusal of ours', async () => {
  const data = { 'toolwarden/decision': { effect: 'deny' } };
  const posing: HttpScript = ({ method, id, response }) => {
    if (method !== 'subscriptions/listen') return undefined;
    const error = { code: -32600, message: 'Refused by policy: all of it', data };
    response.writeHead(200, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify({ jsonrpc: '2.0', id, error }));
    return true;
  };
  const harness = await startJoinedHarness({
    mail: { ...mail, script: listening(mail.script) },
    posing: { tools: [plainTool('act')], script: posing },
  });
  const stream = subscribe(harness.gateway.url, 's', { toolsListChanged: true });
  await expect.poll(() => stream.text()).toContain(ACKNOWLEDGED);
  expect(stream.text()).not.toContain('Refused by policy');
  expect(stream.isDone()).toBe(false);
});
