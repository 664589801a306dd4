import { PassThrough } from 'node:stream';
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import { describe, expect, test } from 'vitest';
import { BoundedTransport } from './bounded-transport.ts';

const limits = { lineBytes: 200, stdoutBytes: 2000, junkMessages: 3 };

async function open() {
  const [stdin, stdout] = [new PassThrough(), new PassThrough()];
  const transport = new BoundedTransport({ stdin, stdout }, limits);
  const messages: JSONRPCMessage[] = [];
  let isClosed = false;
  transport.onmessage = (message) => messages.push(message);
  transport.onclose = () => {
    isClosed = true;
  };
  await transport.start();
  const ask = (id: number) => transport.send({ jsonrpc: '2.0', id, method: 'tools/list' });
  const say = async (text: string | Buffer) => {
    stdout.write(text);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { transport, messages, ask, say, isClosed: () => isClosed };
}

describe('the transport', () => {
  test('joins a message that comes in pieces, cut inside a character', async () => {
    const { messages, ask, say } = await open();
    await ask(1);
    const bytes = Buffer.from('{"jsonrpc":"2.0","id":1,"result":{"word":"früh"}}\n');
    const cut = bytes.indexOf(0xc3) + 1;
    await say(bytes.subarray(0, cut));
    expect(messages).toEqual([]);
    await say(bytes.subarray(cut));
    expect(messages).toEqual([{ jsonrpc: '2.0', id: 1, result: { word: 'früh' } }]);
  });

  test('CR8: passes an answer once, only to what was asked, and without foreign fields', async () => {
    const { messages, ask, say } = await open();
    await ask(1);
    await say(
      '{"id":7,"result":{}}\n{"id":"1","result":{"a":1},"extra":true}\n{"id":1,"result":{}}\n',
    );
    expect(messages).toEqual([{ jsonrpc: '2.0', id: 1, result: { a: 1 } }]);
  });

  test('reads a batch message by message', async () => {
    const { messages, ask, say } = await open();
    await ask(1);
    await ask(2);
    await say('[{"id":2,"result":{}},{"id":1,"error":{"code":-32601,"message":"no"}}]\n');
    expect(messages).toEqual([
      { jsonrpc: '2.0', id: 2, result: {} },
      { jsonrpc: '2.0', id: 1, error: { code: -32601, message: 'no' } },
    ]);
  });

  test('gives a malformed error a code and words', async () => {
    const { messages, ask, say } = await open();
    await ask(1);
    await say('{"id":1,"error":{"code":"x","message":{}}}\n');
    expect(messages).toEqual([
      { jsonrpc: '2.0', id: 1, error: { code: -32603, message: 'an error without words' } },
    ]);
  });

  test.for([
    '\u001b[32m',
    '\u001b[0m',
    '\u001b[?25l',
    '[info] ',
    '\u001b[2K\u001b[1G[info] ',
    '\ufeff',
    '\0\0',
  ])('CR7: finds the message behind %j', async (prefix) => {
    const { transport, messages, ask, say } = await open();
    await ask(1);
    await say(`${prefix}{"id":1,"result":{"a":1}}\n`);
    expect(messages).toEqual([{ jsonrpc: '2.0', id: 1, result: { a: 1 } }]);
    expect(transport.junk).toEqual([]);
  });

  test('CR7: finds the message between colours', async () => {
    const { messages, ask, say } = await open();
    await ask(1);
    await say('\u001b[32m{"id":1,\u001b[1m"result":{"a":1}}\u001b[0m\n');
    expect(messages).toEqual([{ jsonrpc: '2.0', id: 1, result: { a: 1 } }]);
  });

  test('ends at a line over the limit, also where the line never ends', async () => {
    const { transport, say, isClosed } = await open();
    await say('x'.repeat(150));
    expect(isClosed()).toBe(false);
    await say('x'.repeat(51));
    expect(transport.exceeded).toBe('line over 200 bytes');
    expect(isClosed()).toBe(true);
  });

  test('ends when a server has said too much in all', async () => {
    const { transport, ask, say } = await open();
    for (let id = 1; id <= 14; id++) {
      await ask(id);
      await say(`{"id":${id},"result":{"text":"${'x'.repeat(120)}"}}\n`);
    }
    expect(transport.exceeded).toBe('output over 2000 bytes');
  });

  test('CR7: skips lines that are no message, keeps the first, and ends after too many', async () => {
    const { transport, say, isClosed } = await open();
    await say('one\n{"two":\n\n[3\n');
    expect(transport.junk).toEqual(['one', '{"two":', '[3']);
    expect(isClosed()).toBe(false);
    await say('four\n');
    expect(transport.exceeded).toBe('more than 3 lines that are no message');
  });

  test('CR8: ends when a server keeps asking', async () => {
    const { transport, say } = await open();
    await say('{"id":1,"method":"ping"}\n'.repeat(4));
    expect(transport.exceeded).toBe('more than 3 messages that were not asked for');
  });

  test('closes when the output ends', async () => {
    const { transport, isClosed, say } = await open();
    await say('');
    await transport.close();
    expect(isClosed()).toBe(true);
    await expect(transport.send({ jsonrpc: '2.0', method: 'x' })).rejects.toThrow('closed');
  });
});
