import type { JsonObject } from '@toolwarden/catalogue';
import { expect, test } from 'vitest';
import { metaKeys } from '../protocol/methods.ts';
import { startHttpHarness } from '../testing/http-gateway.ts';
import type { HttpScript } from '../testing/scripted-server.ts';

const QUESTIONS: [method: string, capability: string][] = [
  ['sampling/createMessage', 'sampling'],
  ['elicitation/create', 'elicitation'],
  ['roots/list', 'roots'],
];

/** Before it answers a call the server asks the client: by a message of its own, or as its result. */
const asking =
  (method: string): HttpScript =>
  ({ method: called, id, params, response, answer }) => {
    if (called !== 'tools/call') return undefined;
    const isStateless =
      (params['_meta'] as JsonObject | undefined)?.[metaKeys.version] !== undefined;
    const asked = {
      method,
      params: { message: 'canary-of-the-server', messages: [], maxTokens: 1 },
    };
    if (isStateless) {
      answer({ resultType: 'input_required', inputRequests: { one: asked } });
      return true;
    }
    const say = (message: object) =>
      response.write(`data: ${JSON.stringify({ jsonrpc: '2.0', ...message })}\n\n`);
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    say({ id: 'question', ...asked });
    say({ id, result: { content: [] } });
    response.end();
    return true;
  };

test.for(QUESTIONS)(
  'C8: %s reaches a client that declared it and no other, in either era',
  async ([method, capability]) => {
    for (const capabilities of [{}, { [capability]: {} }] as JsonObject[]) {
      const harness = await startHttpHarness({ script: asking(method) });
      const isDeclared = Object.hasOwn(capabilities, capability);
      const session = await harness.open({}, capabilities);
      const inSession = await session.call('act');
      expect([isDeclared, inSession.text.includes('canary-of-the-server')]).toEqual([
        isDeclared,
        isDeclared,
      ]);
      expect(inSession.messages.at(-1)).toMatchObject({ result: { content: [] } });
      // Who was not asked did not answer: the server is told so by us.
      const refusals = () =>
        harness.happenings.filter(
          (each) => each.kind === 'server-got' && each.line.includes('"question"'),
        );
      if (!isDeclared) await expect.poll(refusals).toHaveLength(1);
      const meta = { [metaKeys.capabilities]: capabilities };
      const { messages } = await harness.ask('tools/call', { name: 'act' }, { meta });
      expect(messages[0]).toMatchObject(
        isDeclared ? { result: { resultType: 'input_required' } } : { error: { code: -32603 } },
      );
    }
  },
);
