import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { sendAndHear } from './plain/testing/post-ways.ts';
import { placeOf, prepareTarget } from './url-target.ts';

/** A server that says how long it keeps a connection, and keeps it longer. */
async function startServer(seconds: number) {
  const http = createServer({ keepAliveTimeout: 0 }, (request, response) => {
    request.resume();
    response.writeHead(200, { 'Keep-Alive': `timeout=${seconds}`, 'Content-Length': 0 }).end();
  });
  const connected = once(http, 'connection') as Promise<[Socket]>;
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const target = prepareTarget(`http://127.0.0.1:${(http.address() as AddressInfo).port}/`);
  onTestFinished(() => {
    target.agent.destroy();
    http.closeAllConnections();
    http.close();
  });
  return { http, target, connected };
}

test('a connection that nobody uses is closed before the server closes it, so no call meets its end', async () => {
  const { target, connected } = await startServer(2);
  const request = target.request({ ...placeOf(target, 'GET'), path: '/' });
  request.end();
  const [response] = await once(request, 'response');
  response.resume();
  await once(request, 'close');
  expect(Object.values(target.agent.freeSockets).flat()).toHaveLength(1);
  const [socket] = await connected;
  await once(socket, 'close');
  await expect.poll(() => Object.values(target.agent.freeSockets).flat()).toEqual([]);
});

test('and so is one of posts, which until then serves the next', async () => {
  const { http, target, connected } = await startServer(3);
  let connections = 0;
  http.on('connection', () => connections++);
  expect(await sendAndHear(target.post)).toMatchObject({ isWhole: true });
  expect(await sendAndHear(target.post)).toMatchObject({ isWhole: true });
  expect(connections).toBe(1);
  const [socket] = await connected;
  await once(socket, 'close');
  expect(await sendAndHear(target.post)).toMatchObject({ isWhole: true });
  expect(connections).toBe(2);
});
