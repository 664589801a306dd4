// Signed tokens in place of grants: what opens, what does not, and that a token goes no further than here.
import { createHmac, createPublicKey, type KeyObject } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { JsonObject } from '@toolwarden/catalogue';
import {
  type CryptoKey,
  exportJWK,
  exportSPKI,
  generateKeyPair,
  type JWTPayload,
  SignJWT,
} from 'jose';
import { expect, onTestFinished, test } from 'vitest';
import { startHttpHarness } from '../testing/http-gateway.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';

const ISSUER = 'https://login.example.com';
const RESOURCE = 'https://mcp.example.com/mcp';
const METADATA = 'https://mcp.example.com/.well-known/oauth-protected-resource/mcp';
const now = () => Math.floor(Date.now() / 1000);

const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true });
const published = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'RS256' };
const stranger = await generateKeyPair('RS256', { extractable: true });

type Made = { header?: JsonObject; key?: CryptoKey | KeyObject; leaveOut?: string[] };

function tokenOf(
  claims: JsonObject = {},
  { header = {}, key = privateKey, leaveOut = [] }: Made = {},
) {
  const all: JsonObject = {
    ...{ iss: ISSUER, aud: RESOURCE, sub: 'ann', exp: now() + 300, scope: 'notes.read' },
    ...claims,
  };
  const kept = Object.entries(all).filter(([name]) => !leaveOut.includes(name));
  return new SignJWT(Object.fromEntries(kept) as JWTPayload)
    .setProtectedHeader({ alg: 'RS256', kid: 'one', typ: 'at+jwt', ...header })
    .sign(key);
}

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

const access = {
  'notes.read': { servers: ['test'], policy: 'p' },
  'notes.write': { servers: ['test'], policy: 'q' },
  'mail.read': { servers: ['other'], policy: 'p' },
};

async function startWithTokens(more: JsonObject = {}, folder = temporaryFolder()) {
  const jwks = join(folder, 'keys.json');
  writeFileSync(jwks, JSON.stringify({ keys: [published] }));
  const other = join(folder, 'other.json');
  writeFileSync(other, JSON.stringify({ version: '1', default: 'deny' }));
  return startHttpHarness({
    grants: { 'token-of-a-1234567890': ['test'] },
    servers: { other: { url: 'http://127.0.0.1:1/mcp' } },
    config: {
      policies: { q: other },
      auth: { jwt: { issuer: ISSUER, resource: RESOURCE, jwks, access, ...more } },
    },
  });
}

const by = (token: string) => ({ Authorization: `Bearer ${token}` });

test('A2: a signed token opens what its words say, in both eras, and a grant still opens what it did', async () => {
  const harness = await startWithTokens();
  for (const claims of [
    {},
    { aud: ['https://else', RESOURCE] },
    { scope: 'x notes.read' },
    { scope: ['notes.read'] },
  ] as JsonObject[]) {
    const headers = by(await tokenOf(claims));
    const session = await harness.open(headers);
    expect((await session.call('act')).text).toContain('"done"');
    expect((await harness.ask('tools/call', { name: 'act' }, { headers })).text).toContain(
      '"done"',
    );
  }
  const headers = by('token-of-a-1234567890');
  const byGrant = await harness.ask('tools/call', { name: 'act' }, { headers });
  expect(byGrant.text).toContain('"done"');
  const who = harness.state.decisions.map(({ entry }) => entry.grant);
  expect(new Set(who)).toEqual(new Set(['jwt:ann', 'g-token-of-a-1234567890']));
});

test('A2: no token that is not signed for here, now, by whom we trust, opens anything', async () => {
  const harness = await startWithTokens();
  const good = await tokenOf();
  const [head = '', body = '', signature = ''] = good.split('.');
  const pem = await exportSPKI(publicKey);
  const hmac = (key: string | Buffer, alg = 'HS256') => {
    const text = `${part({ alg, kid: 'one' })}.${body}`;
    return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`;
  };
  const der = createPublicKey(pem).export({ type: 'spki', format: 'der' });
  const flipped = `${signature.slice(0, 20)}${signature[20] === 'A' ? 'B' : 'A'}${signature.slice(21)}`;
  const embedded = { ...(await exportJWK(stranger.publicKey)), kid: 'mine' };
  const hostile: Record<string, string> = {
    'alg none': `${part({ alg: 'none' })}.${body}.`,
    'alg None': `${part({ alg: 'None' })}.${body}.${signature}`,
    'alg none, signed': `${part({ alg: 'none', kid: 'one' })}.${body}.${signature}`,
    'HS256 by the public key as PEM': hmac(pem),
    'HS256 by the public key as DER': hmac(der),
    'HS256 by the modulus': hmac(String(published.n)),
    'HS256 by nothing': hmac(''),
    'HS256 that says RS256': hmac(pem, 'RS256'),
    'another key': await tokenOf({}, { key: stranger.privateKey }),
    'a key of its own in the header': await tokenOf(
      {},
      { key: stranger.privateKey, header: { jwk: embedded as JsonObject, kid: 'mine' } },
    ),
    'an address of keys in the header': await tokenOf(
      {},
      { key: stranger.privateKey, header: { jku: 'http://127.0.0.1:1/', kid: 'mine' } },
    ),
    'a kid nobody has': await tokenOf({}, { header: { kid: 'two' } }),
    'a kid that is a path': await tokenOf({}, { header: { kid: '../../etc/passwd' } }),
    'a critical header nobody knows': `${part({ alg: 'RS256', kid: 'one', crit: ['x'], x: 1 })}.${body}.${signature}`,
    'another audience': await tokenOf({ aud: 'https://else.example.com/mcp' }),
    'an audience without us': await tokenOf({ aud: ['https://a', 'https://b'] }),
    'an audience that begins like ours': await tokenOf({ aud: `${RESOURCE}/` }),
    'an audience that ours begins like': await tokenOf({ aud: 'https://mcp.example.com' }),
    'an audience in capitals': await tokenOf({ aud: RESOURCE.toUpperCase() }),
    'no audience': await tokenOf({}, { leaveOut: ['aud'] }),
    'another issuer': await tokenOf({ iss: 'https://login.example.com.evil.test' }),
    'an issuer with a stroke more': await tokenOf({ iss: `${ISSUER}/` }),
    'no issuer': await tokenOf({}, { leaveOut: ['iss'] }),
    over: await tokenOf({ exp: now() - 10 }),
    'no end': await tokenOf({}, { leaveOut: ['exp'] }),
    'an end that is a text': await tokenOf({ exp: '99999999999' }),
    'not yet': await tokenOf({ nbf: now() + 60 }),
    nobody: await tokenOf({}, { leaveOut: ['sub'] }),
    'an empty subject': await tokenOf({ sub: '' }),
    'a subject that is a number': await tokenOf({ sub: 7 }),
    'cut short': good.slice(0, -10),
    'without its signature': `${head}.${body}.`,
    'a body changed': `${head}.${part({ iss: ISSUER, aud: RESOURCE, sub: 'eve', exp: now() + 300, scope: 'notes.read' })}.${signature}`,
    'a signature changed': `${head}.${body}.${flipped}`,
    'two bodies': `${head}.${body}.${body}.${signature}`,
    'five parts': `${head}..${body}.${body}.${signature}`,
    junk: 'a.b.c',
  };
  expect(Object.keys(hostile).length).toBeGreaterThan(25);
  // One that is good before, so that nothing is refused for want of keys.
  expect((await harness.ask('tools/list', {}, { headers: by(good) })).status).toBe(200);
  for (const [what, token] of Object.entries(hostile)) {
    const { status, headers } = await harness.ask(
      'tools/call',
      { name: 'act' },
      { headers: by(token) },
    );
    expect([what, status]).toEqual([what, 401]);
    expect(headers['www-authenticate']).toContain('error="invalid_token"');
  }
  expect(harness.reached()).toEqual([]);
});

test('A1: without a token the answer says where to ask for one, and that document says what for', async () => {
  const harness = await startWithTokens();
  const { status, headers } = await harness.ask('tools/list');
  expect([status, headers['www-authenticate']]).toEqual([
    401,
    `Bearer realm="toolwarden", resource_metadata="${METADATA}"`,
  ]);
  for (const path of [new URL(METADATA).pathname, '/.well-known/oauth-protected-resource']) {
    const got = await harness.send({ method: 'GET', path });
    expect([got.status, JSON.parse(got.text)]).toEqual([
      200,
      {
        ...{ resource: RESOURCE, authorization_servers: [ISSUER], resource_name: 'Toolwarden' },
        scopes_supported: Object.keys(access),
        bearer_methods_supported: ['header'],
      },
    ]);
  }
  const elsewhere = { method: 'GET', path: new URL(METADATA).pathname };
  const wrong = await harness.send({ ...elsewhere, headers: { Host: 'attacker.test' } });
  expect(wrong.status).toBe(403);
  expect((await harness.send({ ...elsewhere, method: 'POST', body: '{}' })).status).toBe(401);
});

test('A6: a token that does not open a server is told all that it lacks; one that leads to two policies opens none', async () => {
  const harness = await startWithTokens();
  const needs = async (claims: JsonObject, path = '/mcp/test') => {
    const headers = by(await tokenOf(claims));
    const { status, headers: got } = await harness.post(
      { jsonrpc: '2.0', id: 1, method: 'ping' },
      headers,
      path,
    );
    return [status, /scope="([^"]*)"/.exec(got['www-authenticate'] ?? '')?.[1]];
  };
  expect(await needs({ scope: 'mail.read' })).toEqual([403, 'notes.read']);
  expect(await needs({ scope: 'notes.write' }, '/mcp/other')).toEqual([403, 'mail.read']);
  expect(await needs({ scope: '' })).toEqual([403, 'notes.read']);
  expect(await needs({}, '/mcp/unknown')).toEqual([403, undefined]);
  for (const scope of [
    'toString',
    '__proto__ constructor',
    'NOTES.READ',
    'notes.readx',
    7,
    null,
    {},
  ]) {
    expect((await needs({ scope }))[0]).toBe(403);
  }
  expect((await needs({ scope: 'notes.read notes.write' }))[0]).toBe(403);
  expect(harness.reached()).toEqual([]);
});

test('A5: a session goes on with the next token of its owner, and neither with nobody’s nor with one that says less', async () => {
  const harness = await startWithTokens();
  const session = await harness.open(by(await tokenOf()));
  const call = (headers: Record<string, string>) =>
    harness.post(
      { jsonrpc: '2.0', id: 5, method: 'tools/call', params: { name: 'act' } },
      { ...session.headers, ...headers },
    );
  expect((await call(by(await tokenOf({ jti: 'next' })))).text).toContain('"done"');
  expect((await call(by(await tokenOf({ sub: 'bob' })))).status).toBe(404);
  expect((await call(by(await tokenOf({ scope: 'notes.write' })))).status).toBe(404);
  expect((await call(by(await tokenOf({ exp: now() - 60 })))).status).toBe(401);
  expect((await call({ Authorization: '' })).status).toBe(401);
  // In the era without sessions what a token says is what its call is judged by.
  const ask = async (scope: string) =>
    (await harness.ask('tools/call', { name: 'act' }, { headers: by(await tokenOf({ scope })) }))
      .text;
  expect(await ask('notes.read')).toContain('"done"');
  expect(await ask('notes.write')).toContain('no rule allows this tool');
});

test('A3, A12: a token reaches no server, no log and no audit', async () => {
  const harness = await startWithTokens();
  const token = await tokenOf();
  const [, body = ''] = token.split('.');
  const session = await harness.open(by(token));
  await session.call('act');
  await harness.ask('tools/call', { name: 'act' }, { headers: by(token) });
  await harness.ask('tools/call', { name: 'act' }, { headers: by(`${token}x`) });
  for (const { headers } of harness.server.seen)
    expect(JSON.stringify(headers)).not.toContain(body);
  expect(harness.broken({ secrets: [body, token] })).toEqual([]);
  const { decisions, notes } = harness.state;
  expect(JSON.stringify([decisions, notes, harness.log])).not.toContain(body);
});

/** An authorization server's keys behind an address, counted. */
async function startKeys(first: JsonObject[]) {
  const served = { keys: first as unknown, status: 200, asked: 0 };
  const http = createServer((_, response) => {
    served.asked++;
    response.writeHead(served.status, {
      'Content-Type': 'application/json',
      Location: 'http://127.0.0.1:1/',
    });
    response.end(JSON.stringify({ keys: served.keys }));
  });
  await new Promise<void>((done) => http.listen(0, '127.0.0.1', done));
  onTestFinished(() => {
    http.closeAllConnections();
    http.close();
  });
  return { served, jwksUrl: `http://127.0.0.1:${(http.address() as AddressInfo).port}/jwks` };
}

test('A2: new keys are found, and however many unknown ones are named, they are not asked for each time', async () => {
  const next = await generateKeyPair('ES256', { extractable: true });
  const { served, jwksUrl } = await startKeys([published as JsonObject]);
  const harness = await startWithTokens({ jwksUrl, jwks: undefined as never });
  const call = async (token: string) =>
    (await harness.ask('tools/call', { name: 'act' }, { headers: by(token) })).status;
  served.keys = [{ ...(await exportJWK(next.publicKey)), kid: 'next', alg: 'ES256' }];
  expect(
    await call(await tokenOf({}, { key: next.privateKey, header: { alg: 'ES256', kid: 'next' } })),
  ).toBe(200);
  for (let n = 0; n < 20; n++) {
    expect(
      await call(await tokenOf({}, { key: stranger.privateKey, header: { kid: `x${n}` } })),
    ).toBe(401);
  }
  expect(served.asked).toBe(1);
});

test('I4: while keys cannot be read nobody is let in, and nobody is told that their token is wrong', async () => {
  for (const status of [500, 302, 200]) {
    const { served, jwksUrl } = await startKeys([]);
    served.status = status;
    served.keys = 'no keys';
    const harness = await startWithTokens({ jwksUrl, jwks: undefined as never });
    for (let n = 0; n < 5; n++) {
      const { status: said } = await harness.ask(
        'tools/call',
        { name: 'act' },
        { headers: by(await tokenOf({ jti: String(n) })) },
      );
      expect([status, said]).toEqual([status, 503]);
    }
    // That its time is over needs no key to tell, so open streams end also now.
    const over = { headers: by(await tokenOf({ exp: now() - 60 })) };
    expect((await harness.ask('tools/list', {}, over)).status).toBe(401);
    expect(harness.reached()).toEqual([]);
    // Grants need no keys.
    const headers = by('token-of-a-1234567890');
    expect((await harness.ask('tools/list', {}, { headers })).status).toBe(200);
    if (status !== 200) expect(served.asked).toBe(1);
  }
});

test('A2: at /mcp a token opens the servers of its words, joined, and no other', async () => {
  const harness = await startWithTokens();
  const tools = async (scope: string) => {
    const session = await harness.open(by(await tokenOf({ scope })), {}, '/mcp');
    return [session.opened.status, (await session.request('tools/list')).text];
  };
  const [status, list] = await tools('notes.read');
  expect(status).toBe(200);
  expect(list).toContain('"test__act"');
  expect((await tools('nothing'))[0]).toBe(403);
});

test('whoever comes with two tokens in turns is not connected anew each time', async () => {
  const harness = await startWithTokens();
  for (let turn = 0; turn < 3; turn++) {
    for (const scope of ['notes.read', 'notes.read mail.read']) {
      const headers = by(await tokenOf({ scope }));
      const more = { headers, path: '/mcp' };
      const got = await harness.ask('tools/call', { name: 'test__act' }, more);
      expect(got.text).toContain('"done"');
    }
  }
  // A connection asks for the list of tools that its calls are judged by.
  const lists = harness.happenings.filter(
    (each) => each.kind === 'server-got' && each.line.includes('"tools/list"'),
  );
  expect(lists).toHaveLength(2);
});
