// Checks every committed record: schema, path, canonical form, digests, order; and that judgements fit their tools.
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { dataProblems } from './data-problems.ts';

const dir = resolve(process.argv[2] ?? join(import.meta.dirname, '../data'));
const { problems, counts } = await dataProblems(dir, (file) => readFile(file, 'utf8'));
for (const { file, message } of problems) process.stderr.write(`${file}: ${message}\n`);
const summary = Object.entries(counts)
  .map(([what, count]) => `${count} ${what}`)
  .join(', ');
process.stdout.write(`data: ${summary}; ${problems.length} problems\n`);
process.exitCode = problems.length > 0 ? 1 : 0;
