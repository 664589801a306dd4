import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '@toolwarden/catalogue';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { checkGateway } from './check-gateway.ts';

async function check(document: JsonObject, policy: JsonObject = {}): Promise<string[]> {
  const folder = temporaryFolder();
  writeFileSync(
    join(folder, 'p.json'),
    JSON.stringify({ version: '1', default: 'deny', ...policy }),
  );
  writeFileSync(join(folder, 'broken.json'), '{"version":1,');
  const config = join(folder, 'gateway.json');
  const base = { servers: { a: { url: 'https://a.example' } }, policies: { p: 'p.json' } };
  writeFileSync(config, JSON.stringify({ ...base, ...document }));
  const problems = await checkGateway(config, { SHORT: 'whsec_c2hvcnQ=', BARE: 'secret' });
  return problems.map(({ pointer }) => pointer);
}

test('--check looks at the lock file: broken, gone, or not there for a policy that enforces pins', async () => {
  expect(await check({})).toEqual([]);
  expect(await check({ lock: 'broken.json' })).toEqual(['/lock']);
  expect(await check({ lock: 'none.json' })).toEqual(['/lock']);
  expect(await check({}, { pinning: 'enforce' })).toEqual(['/policies/p']);
});

test('--check looks at the webhook: a secret that is too short or none, and an address that is not safe', async () => {
  const url = 'https://hooks.example.com/';
  const secret = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
  const webhook = (more: JsonObject) => check({ approvals: { webhook: { url, secret, ...more } } });
  expect(await webhook({})).toEqual([]);
  // biome-ignore lint/suspicious/noTemplateCurlyInString: this is how a configuration names a variable
  for (const bad of ['${env:SHORT}', '${env:BARE}', 'whsec_', 'whsec_***']) {
    expect([bad, await webhook({ secret: bad })]).toEqual([bad, ['/approvals/webhook']]);
  }
  expect(await webhook({ url: 'http://hooks.example.com/' })).toEqual(['/approvals/webhook']);
});

test('--check looks at what signed tokens need', async () => {
  const jwt = {
    ...{
      issuer: 'https://i.example',
      resource: 'https://r.example/mcp',
      jwksUrl: 'https://i.example/k',
    },
    access: { read: { servers: ['a'], policy: 'p' } },
  };
  const auth = (more: JsonObject) => check({ auth: { jwt: { ...jwt, ...more } } });
  expect(await auth({})).toEqual([]);
  expect(await auth({ jwks: 'keys.json' })).toEqual(['/auth/jwt']);
  expect(await auth({ jwksUrl: 'http://i.example/k' })).toEqual(['/auth/jwt/jwksUrl']);
  expect(await auth({ algorithms: ['HS256'] })).toEqual(['/auth/jwt/algorithms/0']);
  expect(await auth({ algorithms: ['none'] })).toEqual(['/auth/jwt/algorithms/0']);
  expect(await auth({ access: { read: { servers: ['b'], policy: 'q' } } })).toEqual([
    '/auth/jwt/access/read/policy',
    '/auth/jwt/access/read/servers',
  ]);
  const { jwksUrl: _, ...withFile } = jwt;
  expect(await check({ auth: { jwt: { ...withFile, jwks: 'broken.json' } } })).toEqual([
    '/auth/jwt/jwks',
  ]);
  expect(await check({ auth: { jwt }, grants: 'open' })).toEqual(['/auth']);
});

test('--check finds limits that no body could meet', async () => {
  expect(await check({ limits: { waitingBytesPerGrant: 1_000_000 } })).toEqual([
    '/limits/bodyBytes',
  ]);
});
