import type { IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { createGate, refusalOf } from './request-checks.ts';

const gate = createGate({}, 8787, true);

const refusal = (rawHeaders: string[]) =>
  refusalOf(
    { rawHeaders, headers: { host: 'localhost:8787' } } as unknown as IncomingMessage,
    gate,
  );

const meaningful = [
  ...['host', 'origin', 'authorization', 'content-length', 'content-type', 'content-encoding'],
  ...['transfer-encoding', 'accept', 'last-event-id', 'mcp-session-id', 'mcp-protocol-version'],
  ...['mcp-method', 'mcp-name', 'mcp-param-region', 'mcp-', 'mcp-something-new'],
];

test.for(meaningful)(
  'T6: %s means something, so given twice it is refused, however it is spelt',
  (name) => {
    const spellings = [
      name,
      name.toUpperCase(),
      `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`,
    ];
    for (const other of spellings) {
      expect(refusal([name, 'a', 'X-Between', 'b', other, 'a'])).toMatchObject({ status: 400 });
    }
    expect(refusal([name, 'a'])).toBeUndefined();
  },
);

test('all that mean something may come together, and what means nothing here any number of times', () => {
  const once = meaningful.flatMap((name) => [name, 'a']);
  const often = Array.from({ length: 40 }, () => ['X-Forwarded-For', 'a']).flat();
  expect(refusal([...once, ...often])).toBeUndefined();
  expect(refusal([...once, ...often, 'Mcp-Param-Region', 'b'])).toMatchObject({ status: 400 });
});

test('a name with an underscore may be read as one with a hyphen, so it is refused', () => {
  expect(refusal(['mcp_session_id', 'a'])).toMatchObject({ status: 400 });
});
