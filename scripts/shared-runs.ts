/** Words in a row that two texts share, as they stand in the second. */
export type SharedRun = { words: string; length: number };

// Addresses and identifiers have one spelling; agreeing on them is no copying.
const ADDRESS = /https?:\/\/\S+/g;
const IDENTIFIER = /^(?=.*\d)[a-z0-9][a-z0-9._-]*$/;

/** The words of a line or paragraph, lower case, without punctuation, addresses and identifiers. */
function wordsOf(text: string): string[] {
  return text
    .replaceAll(ADDRESS, ' ')
    .toLowerCase()
    .split(/[^\p{L}\p{N}._-]+/u)
    .map((word) => word.replace(/^[._-]+|[._-]+$/g, ''))
    .filter((word) => word !== '' && !IDENTIFIER.test(word));
}

/** An index of every run of `least` words in a source's lines. */
export function indexRuns(source: string, least: number): Set<string> {
  const runs = new Set<string>();
  for (const line of source.split('\n')) {
    const words = wordsOf(line);
    for (let start = 0; start + least <= words.length; start++)
      runs.add(words.slice(start, start + least).join(' '));
  }
  return runs;
}

/** The longest runs of at least `least` words that a text shares with an indexed source. */
export function sharedRuns(text: string, runs: ReadonlySet<string>, least: number): SharedRun[] {
  const found: SharedRun[] = [];
  for (const paragraph of text.split('\n')) {
    const words = wordsOf(paragraph);
    let start = 0;
    while (start + least <= words.length) {
      let end = start;
      while (end + least <= words.length && runs.has(words.slice(end, end + least).join(' ')))
        end++;
      if (end > start) {
        const run = words.slice(start, end + least - 1);
        found.push({ words: run.join(' '), length: run.length });
        start = end + least - 1;
      } else start++;
    }
  }
  return found;
}
