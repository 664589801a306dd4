/** Chooses one of several wordings. */
export type Pick = <Item>(items: readonly [Item, ...Item[]]) => Item;

/** The same tool always gets the same wording; different tools get different ones. */
export function chooserOf(name: string): Pick {
  let hash = 7;
  for (let at = 0; at < name.length && at < 200; at++)
    hash = (hash * 31 + name.charCodeAt(at)) >>> 0;
  return (items) => items[hash % items.length] as (typeof items)[0];
}

/** "a, b and c". */
export function joined(items: readonly string[]): string {
  return items.length < 2
    ? (items[0] ?? '')
    : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}
