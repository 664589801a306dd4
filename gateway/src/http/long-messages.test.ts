import { expect, test } from 'vitest';
import { startHttpHarness } from '../testing/http-gateway.ts';

const texts: [what: string, text: string][] = [
  ['short', 'a word'],
  ['longer than is joined with a head', 'a word or two, '.repeat(500)],
  ['longer than a socket takes at once', 'a word or two, '.repeat(20_000)],
  ['long, of characters of two bytes', 'é'.repeat(5_000)],
  ['long, of characters that are two units', '🙂'.repeat(5_000)],
  ['long, of quotes and line ends', '"\\\n\u2028'.repeat(5_000)],
];

test.for(texts)(
  'what is %s arrives as it was sent, in both directions and both eras',
  async ([, text]) => {
    const harness = await startHttpHarness({
      script: ({ method, params, answer }) => {
        if (method !== 'tools/call') return undefined;
        answer({ content: [{ type: 'text', text: (params['arguments'] as { n: string }).n }] });
        return true;
      },
    });
    const session = await harness.open();
    const content = [{ type: 'text', text }];
    const got = await session.call('act', { n: text });
    expect(got.messages).toMatchObject([{ result: { content } }]);
    expect(got.headers['content-length']).toBe(String(Buffer.byteLength(got.text)));
    const stateless = await harness.ask('tools/call', { name: 'act', arguments: { n: text } });
    expect(stateless.messages).toMatchObject([{ result: { content } }]);
    expect(harness.reached()).toEqual([{ n: text }, { n: text }]);
  },
);
