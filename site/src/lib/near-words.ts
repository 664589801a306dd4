/** Names whose words a search may have meant. */
type Words = { items: readonly { words: readonly string[] }[] };

const known = new WeakMap<Words, string[]>();
/** So many spellings of a word are tried. */
const KEPT = 8;

/** For each word the words of the index that it may be a misspelling of, the nearest first; itself where there is one. */
export function nearWords(index: Words, typed: readonly string[]): string[][] {
  const all = known.get(index) ?? vocabulary(index);
  known.set(index, all);
  return typed.map((word) => {
    if (word.length < 4 || all.some((other) => other.startsWith(word))) return [word];
    const allowed = word.length < 8 ? 1 : 2;
    const near = all
      .map((other) => ({ other, edits: editsWithin(word, other, allowed) }))
      .filter(({ edits }) => edits <= allowed)
      .sort((a, b) => a.edits - b.edits);
    return near.length === 0 ? [word] : near.slice(0, KEPT).map(({ other }) => other);
  });
}

function vocabulary({ items }: Words): string[] {
  const words = new Set<string>();
  for (const item of items)
    for (const name of item.words) for (const word of name.split(' ')) words.add(word);
  words.delete('');
  return [...words];
}

/** Letters added, left out, changed or swapped with their neighbour; one more than `most` where there are more. */
export function editsWithin(one: string, other: string, most: number): number {
  if (Math.abs(one.length - other.length) > most) return most + 1;
  let before: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, place) => place);
  for (let row = 1; row <= one.length; row++) {
    const line = [row];
    let least = row;
    for (let column = 1; column <= other.length; column++) {
      const isSame = one[row - 1] === other[column - 1];
      let edits = Math.min(
        at(last, column) + 1,
        at(line, column - 1) + 1,
        at(last, column - 1) + (isSame ? 0 : 1),
      );
      const isSwap = one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      if (isSwap && row > 1 && column > 1) edits = Math.min(edits, at(before, column - 2) + 1);
      line.push(edits);
      least = Math.min(least, edits);
    }
    if (least > most) return most + 1;
    [before, last] = [last, line];
  }
  return at(last, other.length);
}

function at(line: readonly number[], place: number): number {
  return line[place] ?? Number.POSITIVE_INFINITY;
}
