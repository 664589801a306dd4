import { expect, test } from 'vitest';
import { createToolLists } from './tool-lists.ts';

test('a list that cannot be taken refuses the calls that waited for it, and none that come later', async () => {
  let isBroken = true;
  const lists = createToolLists(
    async () => ({ tools: [{ name: 'act', inputSchema: { type: 'object' } }] }),
    () => {
      if (isBroken) throw new Error('it cannot be recorded');
    },
    { clock: () => 0 },
  );
  const both = () =>
    Promise.allSettled([lists.ensure(undefined, true), lists.ensure(undefined, true)]);
  expect((await both()).map(({ status }) => status)).toContain('rejected');
  isBroken = false;
  expect((await both()).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
  expect(lists.get('act')).toBeDefined();
});
