import { expect, test } from 'vitest';
import {
  namesIn,
  plainTool,
  resultOf,
  saying,
  startJoinedHarness,
} from '../testing/joined-gateway.ts';

const DENY = { version: '1', default: 'deny' } as const;

test('C2: two servers with a tool of the same name are both called, in both eras', async () => {
  const harness = await startJoinedHarness({
    mail: { tools: [plainTool('search')], script: saying('mail') },
    notes: { tools: [plainTool('search')], script: saying('notes') },
  });
  const session = await harness.session();
  expect(resultOf(session.opened)).toMatchObject({
    protocolVersion: '2025-11-25',
    capabilities: { tools: { listChanged: true } },
  });
  const listed = namesIn(await session.request('tools/list'));
  expect(listed).toEqual(['test__act', 'mail__search', 'notes__search']);
  expect(namesIn(await harness.stateless('tools/list'))).toEqual(listed);
  for (const name of ['mail', 'notes']) {
    const expected = { content: [{ text: `${name} ran search` }] };
    expect(resultOf(await session.call(`${name}__search`))).toMatchObject(expected);
    const stateless = await harness.stateless('tools/call', { name: `${name}__search` });
    expect(resultOf(stateless)).toMatchObject(expected);
  }
  expect(harness.recorded()).toEqual([
    ...['mail search allow', 'mail search allow', 'notes search allow', 'notes search allow'],
  ]);
});

test('P23: a tool that the policy refuses is absent at /mcp, and a guess of its name is refused alike with what no server has', async () => {
  const harness = await startJoinedHarness(
    { mail: { tools: [plainTool('send'), plainTool('read'), plainTool('erase.all')] } },
    { policy: { ...DENY, hide: ['send', 'erase.all'], tools: { read: {} } } },
  );
  const session = await harness.session();
  expect(namesIn(await session.request('tools/list'))).toEqual(['mail__read']);
  expect(namesIn(await harness.stateless('tools/list'))).toEqual(['mail__read']);
  const refusals = [];
  for (const name of ['mail__send', 'nobody__send', 'test__send']) {
    refusals.push(JSON.stringify(resultOf(await session.call(name))));
    const { messages } = await harness.stateless('tools/call', { name });
    refusals.push(
      JSON.stringify(messages.at(-1)?.['result']).replace(',"resultType":"complete"', ''),
    );
  }
  expect(new Set(refusals).size).toBe(1);
  expect(refusals[0]).toContain('no rule allows this tool');
  for (const name of ['send', 'mail', '__send', 'mail__', 'mail___send', 'MAIL__send', '']) {
    expect(resultOf(await session.call(name))).toMatchObject({ isError: true });
  }
  expect(harness.reachedTools()).toEqual([]);
  expect(harness.recorded()).toHaveLength(13);
});

test('A6: a grant opens at /mcp only its own servers, and only under a policy that is here', async () => {
  const harness = await startJoinedHarness(
    { mail: { tools: [plainTool('send')] }, notes: { tools: [plainTool('read')] } },
    {
      grants: {
        'token-of-both-123456': ['mail', 'notes'],
        'token-of-one-1234567': ['notes'],
        'token-of-none-123456': ['gone'],
      },
    },
  );
  const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });
  const one = await harness.session(bearer('token-of-one-1234567'));
  expect(namesIn(await one.request('tools/list'))).toEqual(['notes__read']);
  expect(resultOf(await one.call('mail__send'))).toMatchObject({ isError: true });
  expect(harness.recorded()).toEqual(['* send deny']);
  const both = await harness.session(bearer('token-of-both-123456'));
  expect(namesIn(await both.request('tools/list'))).toEqual(['mail__send', 'notes__read']);
  // The same grant opens each of them at its own address too.
  const alone = await harness.open(bearer('token-of-both-123456'), {}, '/mcp/mail');
  expect(namesIn(await alone.request('tools/list'))).toEqual(['send']);
  // A session of one grant, or of one address, is none of another's.
  const call = { jsonrpc: '2.0', id: 1, method: 'tools/list' };
  const stranger = { ...one.headers, ...bearer('token-of-both-123456') };
  expect((await harness.post(call, stranger, '/mcp')).status).toBe(404);
  expect((await harness.post(call, both.headers, '/mcp/mail')).status).toBe(404);
  expect((await harness.post(call, {}, '/mcp')).status).toBe(401);
  expect((await harness.post(call, bearer('token-of-none-123456'), '/mcp')).status).toBe(403);
  expect(harness.reachedTools()).toEqual([]);
});

test('a name that no client would take is called by its digest, also without listing first', async () => {
  const long = `${'x'.repeat(100)}`;
  const harness = await startJoinedHarness({
    mail: { tools: [plainTool('files.read'), plainTool(long)], script: saying('mail') },
    other: { tools: [plainTool('files.read')], script: saying('other') },
  });
  const session = await harness.session();
  const listed = namesIn(await session.request('tools/list'));
  for (const name of listed) expect(name).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
  expect(new Set(listed).size).toBe(4);
  const names = listed.filter((name) => name !== 'test__act');
  const said = async (name: string, ask: (name: string) => ReturnType<typeof session.call>) =>
    JSON.stringify(resultOf(await ask(name)));
  const fresh = await harness.session();
  for (const [at, expected] of [
    [0, 'mail ran files.read'],
    [1, `mail ran ${long}`],
    [2, 'other ran files.read'],
  ] as const) {
    const name = names[at] ?? '';
    expect(await said(name, session.call)).toContain(expected);
    expect(await said(name, fresh.call)).toContain(expected);
    expect(await said(name, (each) => harness.stateless('tools/call', { name: each }))).toContain(
      expected,
    );
  }
});
