// A real client that has nothing but the address finds out where to ask for a token, asks, and is let in.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ClientCredentialsProvider } from '@modelcontextprotocol/sdk/client/auth-extensions.js';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { expect, onTestFinished, test } from 'vitest';
import { startHttpHarness } from '../testing/http-gateway.ts';
import { startTcpProxy } from '../testing/tcp-proxy.ts';

/** An authorization server on this machine: what clients look up, a token for whoever asks, and its keys. */
async function startAuthorizationServer() {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
  const keys = [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256' }];
  const asked: URLSearchParams[] = [];
  let issuer = '';
  const tokenFor = (resource: string) =>
    new SignJWT({ scope: 'notes.read' })
      .setProtectedHeader({ alg: 'ES256', kid: 'one' })
      .setIssuer(issuer)
      .setSubject('robot')
      .setAudience(resource)
      .setExpirationTime('5m')
      .sign(privateKey);
  const http = createServer(async (request, response) => {
    const say = (value: unknown) =>
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(value));
    if (request.url === '/keys') return say({ keys });
    if (request.method === 'GET') {
      return say({
        ...{ issuer, token_endpoint: `${issuer}/token`, response_types_supported: ['code'] },
        authorization_endpoint: `${issuer}/authorize`,
        grant_types_supported: ['client_credentials'],
      });
    }
    let body = '';
    for await (const chunk of request) body += chunk;
    const params = new URLSearchParams(body);
    asked.push(params);
    const token = await tokenFor(params.get('resource') ?? 'nobody');
    return say({ access_token: token, token_type: 'Bearer', expires_in: 300 });
  });
  await new Promise<void>((done) => http.listen(0, '127.0.0.1', done));
  onTestFinished(() => {
    http.closeAllConnections();
    http.close();
  });
  issuer = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  return { issuer, jwksUrl: `${issuer}/keys`, asked };
}

test('A1, A2: a real client finds where to ask for a token, asks for one for this gateway, and calls with it', async () => {
  const { issuer, jwksUrl, asked } = await startAuthorizationServer();
  // The address that clients know stands in the configuration, so it has to be known before the gateway's own.
  const proxy = await startTcpProxy(0);
  onTestFinished(() => proxy.close());
  const resource = `http://127.0.0.1:${proxy.port}/mcp`;
  const access = { 'notes.read': { servers: ['test'], policy: 'p' } };
  const harness = await startHttpHarness({
    grants: {},
    config: { auth: { jwt: { issuer, resource, jwksUrl, access } } },
  });
  proxy.leadTo(harness.port);
  const robot = { clientId: 'robot', clientSecret: 'secret', expectedIssuer: issuer };
  const authProvider = new ClientCredentialsProvider(robot);
  const client = new Client({ name: 'test', version: '1' });
  // The SDK's own types disagree under exactOptionalPropertyTypes.
  const transport = new StreamableHTTPClientTransport(new URL(`${resource}/test`), {
    authProvider,
  });
  await client.connect(transport as Transport);
  onTestFinished(() => client.close());
  expect(await client.callTool({ name: 'act', arguments: {} })).toMatchObject({
    content: [{ type: 'text', text: 'done' }],
  });
  expect(asked.map((params) => params.get('resource'))).toEqual([resource]);
  expect(harness.state.decisions.map(({ entry }) => entry.grant)).toEqual(['jwt:robot']);
});
