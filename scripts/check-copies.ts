// Finds sentences of a text of others in the attack database: `npm run check:copies -- FILE`. Run by hand, because the
// file it compares with is not part of this repository. Titles, identifiers and addresses may agree.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AttackEntry } from '@toolwarden/catalogue';
import { openStore } from '@toolwarden/catalogue/store';
import { indexRuns, sharedRuns } from './shared-runs.ts';

/** Fewer words in a row are an idiom or a technical term. */
const LEAST = 8;

const [file] = process.argv.slice(2);
if (file === undefined) {
  process.stderr.write(
    'check:copies: name the file to compare with: npm run check:copies -- FILE\n',
  );
  process.exit(2);
}
const source = await readFile(file, 'utf8').catch((error: Error) => {
  process.stderr.write(`check:copies: ${error.message}\n`);
  return process.exit(2);
});
const runs = indexRuns(source, LEAST);
const { items, problems } = await openStore(join(import.meta.dirname, '../data')).readAttacks();
for (const problem of problems) process.stderr.write(`${problem.file}: ${problem.message}\n`);
let found = 0;
for (const entry of items) {
  for (const { words, length } of sharedRuns(wordsOfOurs(entry), runs, LEAST)) {
    found++;
    process.stdout.write(`attacks/${entry.attack.id}.md: ${length} words: ${words}\n`);
  }
}
process.stdout.write(
  `check:copies: ${items.length} entries, ${found} shared runs of ${LEAST} words or more\n`,
);
process.exitCode = found > 0 || problems.length > 0 ? 1 : 0;

/** Everything in an entry that is a sentence of ours. */
function wordsOfOurs({ attack, body }: AttackEntry): string {
  return [
    attack.summary,
    attack.gateway.because,
    ...attack.stoppedBy.flatMap(({ how, policy }) => [how, ...sentencesIn(policy)]),
    ...(attack.notes ?? []),
    body,
  ].join('\n');
}

function sentencesIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null
    ? Object.values(value).flatMap(sentencesIn)
    : [];
}
