import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { Backlog } from './backlog.ts';
import { Exchange } from './exchange.ts';

test('G6, I8: what is over waits for nobody, so nothing remembers it, however little was written', async () => {
  const backlog = new Backlog(() => 1_000_000);
  const most: number[] = [];
  const http = createServer((request, response) => {
    const exchange = new Exchange(request, response, [], backlog);
    exchange.event('{"progress":1}', undefined);
    most.push(backlog.readers);
    exchange.answer('{"result":{}}', undefined);
  });
  onTestFinished(() => void http.close());
  await new Promise<void>((done) => http.listen(0, '127.0.0.1', done));
  const { port } = http.address() as AddressInfo;
  for (let n = 0; n < 20; n++) await (await fetch(`http://127.0.0.1:${port}/`)).text();
  // An event is on its way for a moment, also to who reads at once.
  expect(most.some((readers) => readers > 0)).toBe(true);
  await expect.poll(() => backlog.readers).toBe(0);
});

test('A5: who is not sure to be let in yet hears no event, and nothing at all where they are not', async () => {
  const said: boolean[] = [];
  const http = createServer((request, response) => {
    const exchange = new Exchange(request, response, []);
    const mayCall = request.url === '/in';
    exchange.recall('hash', async () => {
      if (!mayCall) response.writeHead(401).end();
      return mayCall;
    });
    said.push(exchange.event('{"secret":1}', undefined));
    exchange.answer('{"secret":2}', undefined);
  });
  onTestFinished(() => void http.close());
  await new Promise<void>((done) => http.listen(0, '127.0.0.1', done));
  const { port } = http.address() as AddressInfo;
  const get = async (path: string) => {
    const got = await fetch(`http://127.0.0.1:${port}${path}`);
    return [got.status, await got.text()];
  };
  expect(await get('/in')).toEqual([200, '{"secret":2}']);
  expect(await get('/out')).toEqual([401, '']);
  expect(said).toEqual([false, false]);
});
