/** Gives each item to the share that has least so far, the heaviest first: shares of nearly the same weight. */
export function shareOut<Item>(
  items: readonly Item[],
  count: number,
  weightOf: (item: Item) => number,
): Item[][] {
  const shares = Array.from({ length: count }, () => ({ items: [] as Item[], weight: 0 }));
  const heaviest = items
    .map((item) => ({ item, weight: weightOf(item) }))
    .sort((a, b) => b.weight - a.weight);
  for (const { item, weight } of heaviest) {
    const lightest = shares.reduce((least, share) => (share.weight < least.weight ? share : least));
    lightest.items.push(item);
    lightest.weight += weight;
  }
  return shares.map((share) => share.items);
}
