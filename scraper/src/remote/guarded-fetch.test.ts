import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { isPublicAddress } from './address-rules.ts';
import { guardedFetch } from './guarded-fetch.ts';

const strict = { mayBeLoopback: false, bodyBytes: 1000 };

/** Something that listens on loopback and counts who comes. */
async function listener() {
  let connections = 0;
  const server = createServer((socket) => {
    connections++;
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return { port, connections: () => connections, close: () => server.close() };
}

test.for([
  'https://127.0.0.1:PORT/',
  'https://2130706433:PORT/',
  'https://0x7f000001:PORT/',
  'https://0177.0.0.1:PORT/',
  'https://127.1:PORT/',
  'https://localhost:PORT/',
  'https://[::1]:PORT/',
  'https://[::ffff:127.0.0.1]:PORT/',
  'https://[::ffff:7f00:1]:PORT/',
  'https://[64:ff9b::7f00:1]:PORT/',
  'https://0.0.0.0:PORT/',
  'https://10.0.0.1/',
  'https://172.16.5.5/',
  'https://192.168.1.1/',
  'https://100.64.0.1/',
  'https://169.254.169.254/latest/meta-data/',
  'https://[fd00::1]/',
  'https://[fe80::1]/',
  'https://[2002:7f00:1::]/',
  'http://mcp.acme.dev/',
  'file:///etc/passwd',
  'javascript:alert(1)',
  'data:text/plain,x',
  'ftp://mcp.acme.dev/',
  'https://user:password@mcp.acme.dev/',
])('A10: %s is refused, and nothing is dialled', async (address) => {
  const place = await listener();
  const url = address.replace('PORT', String(place.port));
  await expect(guardedFetch(strict)(url)).rejects.toMatchObject({ code: 'address-refused' });
  place.close();
  expect(place.connections()).toBe(0);
});

test.for([
  [['127.0.0.1']],
  [['93.184.215.14', '127.0.0.1']],
  [['169.254.169.254']],
  [['::ffff:127.0.0.1']],
])('A10: a name that resolves to %s is refused, and nothing is dialled', async ([addresses]) => {
  const place = await listener();
  const resolve = async () =>
    (addresses as string[]).map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  const answer = guardedFetch({ ...strict, resolve })(`https://rebinds.acme.dev:${place.port}/`);
  await expect(answer).rejects.toMatchObject({ code: 'address-refused' });
  place.close();
  expect(place.connections()).toBe(0);
});

test('A10: a name is looked up once, so it cannot mean something else when it is dialled', async () => {
  const place = await listener();
  const answers = ['93.184.215.14', '127.0.0.1'];
  let asked = 0;
  const resolve = async () => [{ address: answers[asked++] ?? '127.0.0.1', family: 4 }];
  await guardedFetch({ ...strict, resolve })(`https://rebinds.acme.dev:${place.port}/`, {
    signal: AbortSignal.timeout(300),
  }).catch(() => {});
  place.close();
  expect(asked).toBe(1);
  expect(place.connections()).toBe(0);
});

test('A10: who asked for this machine gets this machine and no other', async () => {
  const resolve = async () => [{ address: '93.184.215.14', family: 4 }];
  const answer = guardedFetch({ mayBeLoopback: true, bodyBytes: 1, resolve })(
    'http://localhost:1/',
  );
  await expect(answer).rejects.toMatchObject({ code: 'address-refused' });
});

test.for([
  ['a change of protocol', 'HTTP/1.1 101 x\r\nupgrade: a\r\nconnection: upgrade\r\n\r\n'],
  ['no answer at all', ''],
] as const)('%s ends the exchange', async ([, answer]) => {
  const server = createServer((socket) => {
    socket.on('error', () => {}).once('data', () => socket.end(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const here = { mayBeLoopback: true, bodyBytes: 1000 };
  await expect(guardedFetch(here)(`http://127.0.0.1:${port}/`)).rejects.toThrow();
  server.close();
});

test('a status that HTTP does not know is a failure of the server', async () => {
  const server = createServer((socket) => {
    socket.on('error', () => {}).once('data', () => socket.end('HTTP/1.1 999 x\r\n\r\n'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const here = { mayBeLoopback: true, bodyBytes: 1000 };
  expect((await guardedFetch(here)(`http://127.0.0.1:${port}/`)).status).toBe(500);
  server.close();
});

test.for(['8.8.8.8', '2606:4700::1111'])('%s is public', (address) => {
  expect(isPublicAddress(address)).toBe(true);
});
