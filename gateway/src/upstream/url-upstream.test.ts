// What a server may say at length, behind the whole gateway.
import type { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { startHttpHarness } from '../testing/http-gateway.ts';

const lengths: [what: string, status: number, type: string, text: string][] = [
  ['an error', 500, 'application/json', 'The server answered with HTTP 500'],
  ['a page', 200, 'text/html', 'something other than JSON'],
  ['an answer', 200, 'application/json', 'it is too long'],
];

test.for(lengths)(
  '%s without an end is answered, and its connection is let go',
  async ([, status, type, text]) => {
    const sockets: Socket[] = [];
    const harness = await startHttpHarness({
      config: { limits: { answerBytes: 100_000 } },
      script: ({ method, response }) => {
        if (method !== 'tools/call') return undefined;
        sockets.push(response.socket as Socket);
        response.writeHead(status, { 'Content-Type': type });
        const more = () => {
          while (!response.destroyed && response.write('x'.repeat(10_000)));
          response.once('drain', more);
        };
        more();
        return true;
      },
    });
    const session = await harness.open();
    const { messages } = await session.call('act');
    expect(messages).toMatchObject([{ error: { message: expect.stringContaining(text) } }]);
    await expect.poll(() => sockets.map(({ destroyed }) => destroyed)).toEqual([true]);
  },
);

const unended: [what: string, type: string, said: (id: unknown) => string][] = [
  [
    'the stream of an answer',
    'text/event-stream',
    (id) => `data: ${JSON.stringify({ jsonrpc: '2.0', id, result: { content: [] } })}\n\n`,
  ],
  ['a page', 'text/html', () => '<p>'],
];

test.for(unended)(
  '%s that a server neither ends nor continues holds no connection once nobody waits for it',
  async ([, type, said]) => {
    const sockets: Socket[] = [];
    const harness = await startHttpHarness({
      script: ({ method, id, response }) => {
        if (method !== 'tools/call') return undefined;
        sockets.push(response.socket as Socket);
        response.writeHead(200, { 'Content-Type': type }).write(said(id));
        return true;
      },
    });
    const session = await harness.open();
    for (let n = 0; n < 3; n++) expect((await session.call('act')).messages).toHaveLength(1);
    const stateless = await harness.ask('tools/call', { name: 'act', arguments: {} });
    expect(stateless.messages).toHaveLength(1);
    expect(sockets).toHaveLength(4);
    await expect
      .poll(() => sockets.map(({ destroyed }) => destroyed), { timeout: 20_000 })
      .toEqual([true, true, true, true]);
  },
);
