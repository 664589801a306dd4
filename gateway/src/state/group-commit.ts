const LARGEST_GROUP = 256;

/** Work that shares commits. */
export type GroupCommit<Item, Result> = {
  add(item: Item): Promise<Result>;
  /** Commits what waits, at once. */
  flush(): void;
};

type Waiting<Item, Result> = {
  item: Item;
  resolve(result: Result): void;
  reject(error: unknown): void;
};

/**
 * Lets work that comes at about the same time share one commit, and so one wait for the disk. Nothing waits for a
 * clock: while the disk writes one group, the next gathers.
 */
export function createGroupCommit<Item, Result>(
  commit: (items: Item[]) => (Result | Error)[],
): GroupCommit<Item, Result> {
  let waiting: Waiting<Item, Result>[] = [];
  let isPlanned = false;
  const run = () => {
    const group = waiting.slice(0, LARGEST_GROUP);
    waiting = waiting.slice(LARGEST_GROUP);
    settle(group, commit);
  };
  const plan = () => {
    if (isPlanned) return;
    isPlanned = true;
    setImmediate(() => {
      isPlanned = false;
      if (waiting.length > 0) run();
      if (waiting.length > 0) plan();
    });
  };
  return {
    add: (item) =>
      new Promise((resolve, reject) => {
        waiting.push({ item, resolve, reject });
        plan();
      }),
    flush() {
      while (waiting.length > 0) run();
    },
  };
}

function settle<Item, Result>(
  group: Waiting<Item, Result>[],
  commit: (items: Item[]) => (Result | Error)[],
): void {
  try {
    const results = commit(group.map(({ item }) => item));
    for (const [index, { resolve, reject }] of group.entries()) {
      const result = results[index] as Result | Error;
      if (result instanceof Error) reject(result);
      else resolve(result);
    }
  } catch (error) {
    for (const { reject } of group) reject(error);
  }
}
