import * as z from 'zod';
import { digestSchema } from './digest-schema.ts';
import { serverIdSchema } from './server-id.ts';
import { categorySchema, traitSchema } from './taxonomy-schemas.ts';

/** A person's answer for one tool. It wins over the computed one and is shown beside it. */
export const correctionSchema = z.strictObject({
  tool: z.string(),
  /** The definition the person read; a correction of another definition is stale and does not apply. */
  toolDigest: digestSchema,
  category: categorySchema,
  traits: z.array(traitSchema),
  reason: z.string().min(1),
  by: z.string().min(1),
  /** Day of the judgement, `2026-11-21`. */
  on: z.iso.date(),
});
export type Correction = z.infer<typeof correctionSchema>;

/** All corrections of one server: `data/corrections/<slug>.json`. */
export const serverCorrectionsSchema = z.strictObject({
  id: serverIdSchema,
  tools: z.array(correctionSchema),
});
export type ServerCorrections = z.infer<typeof serverCorrectionsSchema>;
