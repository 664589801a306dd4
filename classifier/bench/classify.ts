import { readLabels, serverWordsOf } from '../evals/labels.ts';
import { classify, classifyLines } from '../src/index.ts';
import { benchLines } from './lines.ts';

// Tools a second on one core, with rules alone: `npm run bench:classify`. Real definitions, repeated. With
// `-- --lines 500000` it also pipes so many lines through the command and prints its memory.
const labels = readLabels(new URL('../evals/open-labels.jsonl', import.meta.url));
const inputs = labels.map((label) => ({ server: serverWordsOf(label), tool: label.tool }));
const bytes = labels.reduce((sum, { tool }) => sum + JSON.stringify(tool).length, 0);
const rounds = 20;

for (const input of inputs) classify(input);
const start = performance.now();
const cpu = process.cpuUsage();
for (let round = 0; round < rounds; round++) for (const input of inputs) classify(input);
const seconds = (performance.now() - start) / 1000;
const used = process.cpuUsage(cpu);
// On a busy machine the wall clock measures the neighbours; processor time does not.
const cpuSeconds = (used.user + used.system) / 1e6;
console.log(
  `classify: ${Math.round((rounds * inputs.length) / seconds)} tools a second, ${Math.round((rounds * inputs.length) / cpuSeconds)} a second of processor time (${Math.round(bytes / inputs.length)} bytes a definition on average)`,
);

const lines = labels.map((label) =>
  JSON.stringify({ id: label.id, server: serverWordsOf(label), tool: label.tool }),
);
async function* many(): AsyncGenerator<string> {
  for (let round = 0; round < rounds; round++) yield* lines;
}
const began = performance.now();
let count = 0;
for await (const _ of classifyLines(many())) count++;
console.log(`lines:    ${Math.round(count / ((performance.now() - began) / 1000))} lines a second`);

const option = process.argv.indexOf('--lines');
if (option !== -1) await benchLines(Number(process.argv[option + 1]));
