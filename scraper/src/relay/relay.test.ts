import { createServer, request } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer, type Server } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { freePort } from '../../fixtures/free-port.ts';
import { startRelay } from './relay.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const listen = async (server: Server, port = 0) => {
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  ends.push(() => server.close());
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
};
/** Answers with what it was asked, and keeps it. */
const startHost = async (body = '', port = 0) => {
  const asked: string[] = [];
  const server = createServer(({ url, method, headers }, response) => {
    asked.push(`${method} ${url} ${headers['proxy-authorization'] ?? ''}`.trim());
    response.setHeader('x-kept', 'yes').end(body || `told ${url}`);
  });
  let connections = 0;
  server.on('connection', () => connections++);
  return { host: await listen(server, port), asked, server, connections: () => connections };
};
const start = async (
  hosts: string[],
  more: { bytes?: number; proxy?: string; except?: string[] } = {},
) => {
  const relay = await startRelay({
    hosts,
    outsideProxy: { url: more.proxy, except: more.except ?? [] },
    bytes: more.bytes ?? 1024 ** 2,
    owner: undefined,
    refusal: 'is no registry',
  });
  ends.push(relay.close);
  return relay;
};
const get = (socketPath: string, path: string, method = 'GET') =>
  new Promise<{ status: number | undefined; words: string; kept: unknown }>((resolve, reject) => {
    request({ socketPath, path, method, agent: false }, async (answer) => {
      let words = '';
      try {
        for await (const chunk of answer) words += chunk;
        resolve({ status: answer.statusCode, words, kept: answer.headers['x-kept'] });
      } catch (error) {
        reject(error);
      }
    })
      .on('error', reject)
      .end();
  });
/** Asks for a tunnel, sends some bytes, and gives all that comes back. */
const tunnel = (path: string, to: string, text = '') =>
  new Promise<string>((resolve, reject) => {
    let came = '';
    const socket = connect(path, () =>
      socket.write(`CONNECT ${to} HTTP/1.1\r\nHost: ${to}\r\n\r\n`),
    );
    socket.on('data', (chunk) => {
      if (came === '' && `${chunk}`.includes(' 200 ')) socket.end(text);
      came += chunk;
    });
    socket.once('close', () => resolve(came)).once('error', reject);
  });

test('fetches from the registry, and passes on what belongs to the message', async () => {
  const { host, asked } = await startHost();
  const { socket, problem, reached } = await start([host]);
  expect(reached()).toEqual([]);
  expect(await get(socket, `http://${host}/notes?x=1`)).toEqual({
    ...{ status: 200, words: 'told /notes?x=1', kept: 'yes' },
  });
  expect(asked).toEqual(['GET /notes?x=1']);
  expect(problem()).toBeUndefined();
  expect(reached()).toEqual([host]);
});

test('carries a tunnel to the registry, both ways and to the end', async () => {
  const host = await listen(
    createTcpServer({ allowHalfOpen: true }, (socket) =>
      socket.on('data', (chunk) => socket.end(`echo ${chunk}`)),
    ),
  );
  const { socket } = await start([host]);
  expect(await tunnel(socket, host, 'abc')).toMatch(/^HTTP\/1\.1 200 .*\r\n\r\necho abc$/s);
});

test('leads nowhere else, and says so once in words', async () => {
  const [registry, other] = [await startHost(), await startHost()];
  const { socket, problem } = await start([registry.host]);
  const port = other.host.split(':')[1];
  expect(await tunnel(socket, other.host)).toMatch(/^HTTP\/1\.1 403 /);
  for (const path of [
    `http://${other.host}/x.tgz`,
    `http://${registry.host}@${other.host}/x.tgz`,
    `http://me:secret@${registry.host}/x.tgz`,
    `https://${registry.host}/x.tgz`,
    `/x.tgz`,
    `http://localhost:${port}/`,
    `http://2130706433:${port}/`,
  ])
    expect((await get(socket, path)).status, path).toBe(403);
  const spelled = registry.host.replace('127.0.0.1', '0x7f000001');
  for (const to of [
    spelled,
    `localhost:${port}`,
    `${registry.host}@${other.host}`,
    other.host.slice(0, 9),
  ])
    expect(await tunnel(socket, to), to).toMatch(/^HTTP\/1\.1 40[03] /);
  expect(problem()).toEqual({
    reason: 'install-failed',
    words: `${other.host} is no registry`,
  });
  expect(other.connections()).toBe(0);
  expect(registry.connections()).toBe(0);
});

test('tells a registry that is not there from one that answers after all', async () => {
  // Nobody else gets it while nobody listens there.
  const { host, server } = await startHost('', await freePort());
  const { socket, problem } = await start([host]);
  await new Promise((resolve) => server.close(resolve));
  const gone = { reason: 'unreachable', words: 'its registry cannot be reached: ECONNREFUSED' };
  expect((await get(socket, `http://${host}/notes`)).status).toBe(502);
  expect(problem()).toEqual(gone);
  server.listen(Number(host.split(':')[1]), '127.0.0.1');
  expect((await get(socket, `http://${host}/notes`)).status).toBe(200);
  expect(problem()).toBeUndefined();
  await new Promise((resolve) => server.close(resolve));
  await tunnel(socket, host);
  expect(problem()).toEqual(gone);
});

test('only fetches: nothing is sent to a registry', async () => {
  const { host, asked } = await startHost();
  const { socket } = await start([host]);
  expect((await get(socket, `http://${host}/notes`, 'PUT')).status).toBe(405);
  expect(asked).toEqual([]);
});

test('ends when the installation has had its share', async () => {
  const { host } = await startHost('x'.repeat(5 * 1024 ** 2));
  const { socket, problem } = await start([host]);
  await expect(get(socket, `http://${host}/large`)).rejects.toThrow();
  expect(problem()?.words).toBe('more than 1 MiB were fetched');
  expect((await tunnel(socket, host, 'GET / HTTP/1.0\r\n\r\n')).length).toBeLessThan(1000);
});

test('goes through the proxy of this machine’s settings, with its credentials, where there is one', async () => {
  const [proxy, near] = [await startHost(), await startHost()];
  const tunnels: string[] = [];
  proxy.server.on('connect', ({ url, headers }, socket) => {
    tunnels.push(`${url} ${headers['proxy-authorization']}`);
    socket.end('HTTP/1.1 200 OK\r\n\r\nfrom afar');
  });
  const { socket } = await start(['registry.acme.dev:80', 'registry.acme.dev:443', near.host], {
    proxy: `http://me:pass%20word@${proxy.host}`,
    except: ['127.0.0.1'],
  });
  const basic = `Basic ${Buffer.from('me:pass word').toString('base64')}`;
  expect((await get(socket, 'http://registry.acme.dev/notes')).status).toBe(200);
  expect(proxy.asked).toEqual([`GET http://registry.acme.dev/notes ${basic}`]);
  expect(await tunnel(socket, 'registry.acme.dev:443')).toMatch(/ 200 .*from afar$/s);
  expect(tunnels).toEqual([`registry.acme.dev:443 ${basic}`]);
  expect((await get(socket, `http://${near.host}/notes`)).words).toBe('told /notes');
});

test('an answer that is none ends its own request and nothing else', async () => {
  const answers = ['000 X', '099 X', '101 Switching\r\nConnection: upgrade\r\nUpgrade: other'];
  for (const answer of answers) {
    const host = await listen(
      createTcpServer((socket) => {
        socket.on('error', () => {});
        socket.once('data', () => socket.end(`HTTP/1.1 ${answer}\r\nContent-Length: 0\r\n\r\n`));
      }),
    );
    const { socket, reached } = await start([host]);
    expect((await get(socket, `http://${host}/notes`)).status, answer).toBe(502);
    expect(reached(), answer).toEqual([]);
  }
});

test('what comes along with the wish for a tunnel counts as sent', async () => {
  let came = 0;
  const host = await listen(
    createTcpServer((socket) => {
      socket.on('error', () => {});
      socket.on('data', (chunk) => {
        came += chunk.length;
      });
    }),
  );
  const { socket, problem } = await start([host], { bytes: 1000 });
  const inner = connect(socket, () =>
    inner.write(`CONNECT ${host} HTTP/1.1\r\nHost: ${host}\r\n\r\n${'x'.repeat(5000)}`),
  );
  inner.resume();
  await new Promise((resolve) => inner.once('close', resolve));
  expect(problem()?.words).toContain('were fetched');
  expect(came).toBe(0);
});

test('a program is not told where the proxy stands, and a bare percent sign in its password is one', async () => {
  const proxy = await startHost();
  const { socket } = await start(['registry.acme.dev:80', 'registry.acme.dev:443'], {
    proxy: `http://me:50%off@${proxy.host}`,
  });
  expect((await get(socket, 'http://registry.acme.dev/notes')).status).toBe(200);
  const basic = `Basic ${Buffer.from('me:50%off').toString('base64')}`;
  expect(proxy.asked).toEqual([`GET http://registry.acme.dev/notes ${basic}`]);
  await new Promise((resolve) => proxy.server.close(resolve));
  expect((await get(socket, 'http://registry.acme.dev/notes')).words).toBe('ECONNREFUSED');
  expect(await tunnel(socket, 'registry.acme.dev:443')).toMatch(/\r\n\r\nECONNREFUSED$/);
});

test('a proxy that refuses, or of no kind we know, is an error and no way round it', async () => {
  const proxy = await startHost();
  proxy.server.on('connect', (_request, socket) => socket.end('HTTP/1.1 407 No\r\n\r\n'));
  const { socket } = await start(['registry.acme.dev:443'], { proxy: `http://${proxy.host}` });
  expect(await tunnel(socket, 'registry.acme.dev:443')).toMatch(/^HTTP\/1\.1 502 .*answered 407$/s);
  for (const address of ['socks5://127.0.0.1:9', 'http://[bad'])
    await expect(start(['registry.acme.dev:443'], { proxy: address })).rejects.toThrow(
      'no http or https address',
    );
});
