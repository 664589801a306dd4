/**
 * Works on several items at once and gives the results in the items' order, each as soon as it and all before it are done:
 * someone who waits for one answer before asking again is never kept waiting for a later question.
 */
export async function* inOrder<Item, Result>(
  items: AsyncIterable<Item>,
  most: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  const source = items[Symbol.asyncIterator]();
  const running: Promise<Result>[] = [];
  const following = () => {
    const item = source.next();
    // Where a result fails first, nobody looks at this one any more.
    item.catch(() => {});
    return item;
  };
  let next: Promise<IteratorResult<Item>> | undefined = following();
  while (next !== undefined || running.length > 0) {
    const [head] = running;
    const isNext =
      next !== undefined &&
      running.length < most &&
      (head === undefined || (await Promise.race([head.then(() => false), next.then(() => true)])));
    if (isNext && next !== undefined) {
      const { done, value } = await next;
      if (done) next = undefined;
      else {
        const task = work(value);
        // A failure is thrown when its turn comes; until then it must not count as unhandled.
        task.catch(() => {});
        running.push(task);
        next = following();
      }
    } else if (head !== undefined) {
      yield await head;
      running.shift();
    }
  }
}
