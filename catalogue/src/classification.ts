import * as z from 'zod';
import { type Digest, jsonDigest } from './digest.ts';
import { digestSchema } from './digest-schema.ts';
import { serverIdSchema } from './server-id.ts';
import {
  categorySchema,
  confidenceSchema,
  labelSchema,
  levelSchema,
  reviewReasonSchema,
  riskRowIdSchema,
  traitSchema,
} from './taxonomy-schemas.ts';

/** A quote from the definition that carries a fact. */
export const evidenceSchema = z.strictObject({
  /** The fact: `category`, or a trait's id. */
  for: z.union([z.literal('category'), traitSchema]),
  /** JSON Pointer into the definition; `/server/name` and `/server/description` for the server's words. */
  pointer: z.string(),
  /** Stands there character for character: part of a string, the JSON text of a scalar, or an object's key. */
  quote: z.string().min(1).max(160),
});
export type Evidence = z.infer<typeof evidenceSchema>;

/** Who judged, by which rules: the same inputs and versions give the same answer. */
const judgementProvenanceSchema = z.strictObject({
  taxonomyVersion: z.string(),
  rulesetVersion: z.string(),
  profile: z.string(),
  method: z.enum(['rules', 'model', 'model+rules', 'manual']),
  model: z.string().optional(),
  endpointHost: z.string().optional(),
  promptVersion: z.string().optional(),
  samples: z.int().positive().optional(),
  answerDigest: digestSchema.optional(),
});

/** The fields of an answer, as `classify --stdin` prints them. */
const judgementFields = {
  category: categorySchema,
  label: labelSchema,
  /** Sorted. */
  traits: z.array(traitSchema),
  risk: levelSchema,
  confidence: confidenceSchema,
  review: z.array(reviewReasonSchema),
  rationale: z.string(),
  evidence: z.array(evidenceSchema),
};

/** What one call of a tool does, as far as its definition says, with the words that show it. */
export const classificationSchema = z.strictObject({
  /** The tool's name, as listed. */
  tool: z.string(),
  /** The content this judges; a changed tool has a new digest and so is judged again. */
  toolDigest: digestSchema,
  /** See {@link inputDigest}: the key under which an answer is used again. */
  inputDigest: digestSchema,
  ...judgementFields,
  /** Rows of the risk table that fired, in the table's order. */
  riskRows: z.array(riskRowIdSchema),
  provenance: judgementProvenanceSchema,
});
export type Classification = z.infer<typeof classificationSchema>;

/** All classifications of one server: one file in `data/classifications/`. */
export const serverClassificationsSchema = z.strictObject({
  id: serverIdSchema,
  // INVARIANT: sorted by tool, then toolDigest.
  tools: z.array(classificationSchema),
});
export type ServerClassifications = z.infer<typeof serverClassificationsSchema>;

/** The server's words that a classification may rely on. */
export type ServerWords = { name: string; description?: string };

/** Key of an answer: the tool's digest, the server's words and the ruleset's version. */
export function inputDigest(
  toolDigest: Digest,
  server: ServerWords,
  rulesetVersion: string,
): Digest {
  return jsonDigest([toolDigest, server.name, server.description ?? null, rulesetVersion]);
}
