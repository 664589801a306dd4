import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { inOrder } from './in-order.ts';

async function* numbers(count: number): AsyncGenerator<number> {
  for (let index = 0; index < count; index++) yield index;
}

test('results come in the order of the items, though later ones are done sooner', async () => {
  const results: number[] = [];
  let running = 0;
  let most = 0;
  for await (const result of inOrder(numbers(20), 4, async (item) => {
    most = Math.max(most, ++running);
    await wait(20 - item);
    running -= 1;
    return item;
  }))
    results.push(result);
  expect(results).toEqual([...Array(20).keys()]);
  expect(most).toBe(4);
});

test('an answer is given before the next question comes', async () => {
  const questions: ((item: IteratorResult<string>) => void)[] = [];
  const source: AsyncIterable<string> = {
    [Symbol.asyncIterator]: () => ({
      next: () => new Promise((resolve) => questions.push(resolve)),
    }),
  };
  const answers = inOrder(source, 8, async (item) => `${item}!`);
  const first = answers.next();
  questions.shift()?.({ done: false, value: 'one' });
  expect(await first).toEqual({ done: false, value: 'one!' });
  const last = answers.next();
  questions.shift()?.({ done: true, value: undefined });
  expect((await last).done).toBe(true);
});

test('a failure is thrown at its turn', async () => {
  const results: number[] = [];
  const all = (async () => {
    for await (const result of inOrder(numbers(5), 3, async (item) => {
      if (item === 2) throw new Error('third');
      return item;
    }))
      results.push(result);
  })();
  await expect(all).rejects.toThrow('third');
  expect(results).toEqual([0, 1]);
});
