// `npm run fix:policy-shape`: writes policy/src/policy-shape.ts from the schema of policies.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { policySchema } from '../src/policy.ts';
import { shapeOf } from './shape-of-schema.ts';

const { shape, shapes } = shapeOf(policySchema);
writeFileSync(
  join(import.meta.dirname, '../src/policy-shape.ts'),
  `// Written by npm run fix:policy-shape from the schema in policy.ts.
import type { Shape, Shapes } from './fits-shape.ts';

/** The shape of a policy document. */
export const policyShape: Shape = ${JSON.stringify(shape)};

/** The shapes that it leads to. */
export const shapes: Shapes = ${JSON.stringify(shapes)};
`,
);
