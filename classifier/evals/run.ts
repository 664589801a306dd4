import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { canonicalJson, type JsonValue } from '@toolwarden/catalogue';
import { evaluate, judge } from './evaluate.ts';
import { readLabels } from './labels.ts';
import { disagreementLines, report, scoreLines } from './report.ts';
import { score } from './score.ts';

// Scores the rules on the labelled tools, and with --write renews the figures of the site's method page:
// `npm run eval [-- --brief]`, `node classifier/evals/run.ts --file labels.jsonl` for a set of one's own.
const { values } = parseArgs({
  options: {
    file: { type: 'string', multiple: true },
    write: { type: 'boolean' },
    brief: { type: 'boolean' },
  },
});
const isBrief = values.brief === true;

if (values.file === undefined) {
  const evaluation = evaluate();
  console.log(report(evaluation, { isBrief }));
  if (values.write === true) {
    const target = new URL('../../site/src/evaluation.json', import.meta.url);
    writeFileSync(target, canonicalJson(rounded(evaluation) as JsonValue));
  }
}
for (const file of values.file ?? []) {
  const scored = score(judge(readLabels(new URL(file, `file://${process.cwd()}/`))));
  console.log(
    [
      `${file}: ${scored.n} tools`,
      ...scoreLines(scored),
      ...(isBrief ? [] : disagreementLines(scored)),
    ].join('\n'),
  );
}

// Four digits say all that such samples can, and the file then differs only where a figure does.
function rounded(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, item: unknown) =>
      typeof item === 'number' ? Number(item.toFixed(4)) : item,
    ),
  );
}
