import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { placeOf, prepareTarget } from './url-upstream.ts';

test('a connection that nobody uses is closed before the server closes it, so no call meets its end', async () => {
  const http = createServer({ keepAliveTimeout: 0 }, (_request, response) => {
    response.writeHead(200, { 'Keep-Alive': 'timeout=2', 'Content-Length': 0 }).end();
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
