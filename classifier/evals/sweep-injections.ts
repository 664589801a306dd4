import { labelledSets } from './evaluate.ts';
import { sweep } from './sweep.ts';

// Every sentence of the injection set in every text field of every labelled tool: `npm run sweep:injections`.
const { lowered, unnoticed, ...tried } = sweep(labelledSets().all);
console.log(
  `${tried.n} definitions: ${tried.sentences} sentences × ${tried.tools} tools × up to ${tried.fields} text fields; ${lowered.length} answers lowered, ${unnoticed.length} orders unnoticed`,
);
for (const about of [...lowered, ...unnoticed].slice(0, 40)) console.log(about);
if (lowered.length + unnoticed.length > 0) process.exitCode = 1;
