import * as z from 'zod';
import { jsonObjectSchema } from './json.ts';
import { categorySchema, labelSchema, levelSchema, traitSchema } from './taxonomy.ts';

/** Which capabilities of a tool an attack needs: a term, or all, any or none of several. */
export type Needs =
  | { category: z.infer<typeof categorySchema> }
  | { label: z.infer<typeof labelSchema> }
  | { level: z.infer<typeof levelSchema> }
  | { trait: z.infer<typeof traitSchema> }
  | { signal: string }
  | { all: Needs[] }
  | { any: Needs[] }
  | { not: Needs };

export const needsSchema: z.ZodType<Needs> = z.lazy(() =>
  z.union([
    z.strictObject({ category: categorySchema }),
    z.strictObject({ label: labelSchema }),
    z.strictObject({ level: levelSchema }),
    z.strictObject({ trait: traitSchema }),
    z.strictObject({ signal: z.string().min(1) }),
    z.strictObject({ all: z.array(needsSchema).min(1) }),
    z.strictObject({ any: z.array(needsSchema).min(1) }),
    z.strictObject({ not: needsSchema }),
  ]),
);

/** Front matter of `data/attacks/<id>.md`; the prose follows it. */
export const attackSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/),
  title: z.string().min(1),
  aliases: z.array(z.string()),
  kind: z.enum(['technique', 'incident', 'cve']),
  dates: z.strictObject({ event: z.iso.date().optional(), disclosure: z.iso.date().optional() }),
  /** `reproduced` is never written: it is computed from the last replay. */
  verification: z.enum(['documented', 'reported']),
  summary: z.string().min(1),
  affected: z.array(z.strictObject({ product: z.string(), versions: z.string().optional() })),
  needs: needsSchema,
  /** Controls that stop it, each with a fragment of policy where one does. */
  stoppedBy: z.array(z.strictObject({ control: z.string(), policy: jsonObjectSchema.optional() })),
  /** Framework → ids, for example `CWE: ["CWE-77"]`. */
  mappings: z.record(z.string(), z.array(z.string())),
  references: z
    .array(z.strictObject({ title: z.string(), url: z.url({ protocol: /^https$/ }) }))
    .min(1),
});
export type Attack = z.infer<typeof attackSchema>;
