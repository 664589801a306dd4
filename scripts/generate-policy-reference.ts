// `npm run fix:policy-reference`: writes docs/policy-reference.md from the schema of policies.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { policyReference } from './policy-reference.ts';

await writeFile(join(import.meta.dirname, '../docs/policy-reference.md'), policyReference());
