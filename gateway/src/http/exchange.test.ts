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
