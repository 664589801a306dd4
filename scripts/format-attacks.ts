// Prints every entry of the attack database in its one form; what cannot be read is named and left as it is.
import { join, resolve } from 'node:path';
import { openStore } from '@toolwarden/catalogue/store';

const store = openStore(resolve(process.argv[2] ?? join(import.meta.dirname, '../data')));
const { items, problems } = await store.readAttacks();
let changed = 0;
for (const entry of items) if (await store.writeAttack(entry)) changed++;
for (const { file, message } of problems) process.stderr.write(`${file}: ${message}\n`);
process.stdout.write(`attacks: ${items.length} entries, ${changed} printed anew\n`);
process.exitCode = problems.length > 0 ? 1 : 0;
