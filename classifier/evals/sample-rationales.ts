import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { serverWords } from '@toolwarden/catalogue';
import { openStore } from '@toolwarden/catalogue/store';
import { classify } from '../src/index.ts';

// Fifty random tools of the catalogue with their rationales, for a person to read against the definitions:
// `node classifier/evals/sample-rationales.ts --seed 1`. The same seed gives the same tools while the data stands.
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '50' },
    data: { type: 'string', default: join(import.meta.dirname, '../../data') },
  },
});

const { items } = await openStore(values.data).readEntries();
const tools = items.flatMap(({ record }) =>
  record.tools.map(({ definition }) => ({ record, definition })),
);
const next = randomFrom(Number(values.seed));
const drawn = new Set<number>();
while (drawn.size < Math.min(Number(values.count), tools.length))
  drawn.add(Math.floor(next() * tools.length));
for (const index of drawn) {
  const { record, definition } = tools[index] as (typeof tools)[number];
  const judged = classify({ server: serverWords(record), tool: definition });
  const properties = (definition['inputSchema'] as { properties?: object } | undefined)?.properties;
  console.log(
    [
      `${record.id} ${definition.name}: ${judged.category} ${judged.risk} [${judged.traits.join(', ')}]`,
      `    says: ${JSON.stringify(definition['description'] ?? '').slice(0, 420)}`,
      `    arguments: ${Object.keys(properties ?? {})
        .join(', ')
        .slice(0, 200)}`,
      `    ${judged.rationale}`,
    ].join('\n'),
  );
}

/** A small generator (mulberry32): the draw needs to be the same everywhere, and no more. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
