import { expect, test } from 'vitest';
import { refuseDrop } from './extent.ts';

const before = { servers: 100, tools: 1000 };

test.for([
  [{ servers: 80, tools: 800 }, undefined],
  [{ servers: 300, tools: 1000 }, undefined],
  [{ servers: 79, tools: 1000 }, /from 100 servers to 79.*--accept-drop/],
  [{ servers: 100, tools: 799 }, /from 1000 tools to 799/],
  [{ servers: 0, tools: 0 }, /from 100 servers to 0/],
] as const)('CR24: %j after a hundred servers and a thousand tools', ([now, refusal]) => {
  if (refusal === undefined) return expect(() => refuseDrop(before, now)).not.toThrow();
  expect(() => refuseDrop(before, now)).toThrow(refusal);
});

test('the first release is never a drop', () => {
  expect(() => refuseDrop(undefined, { servers: 0, tools: 0 })).not.toThrow();
});
