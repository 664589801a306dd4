import {
  categorySchema,
  isJsonObject,
  type JsonObject,
  jsonObjectSchema,
  toolDefinitionSchema,
  traitSchema,
} from '@toolwarden/catalogue';
import * as z from 'zod';

/** A moment: ISO 8601, or milliseconds since 1970. */
const momentSchema = z
  .union([z.number(), z.iso.datetime({ offset: true })])
  .transform((at) => (typeof at === 'number' ? at : Date.parse(at)));

/** The parts of a judgement that decide; others may stand beside them and are not believed. */
const classificationSchema = z.looseObject({
  category: categorySchema,
  traits: z.array(traitSchema),
});

const callFields = {
  server: z.string(),
  tool: z.string(),
  arguments: jsonObjectSchema.optional(),
  grant: z.string().optional(),
  session: z.string().optional(),
  at: momentSchema.optional(),
  classification: classificationSchema.optional(),
  definition: toolDefinitionSchema.optional(),
};

/** One call in a file: what `policy decide` reads. */
export const recordedCallSchema = z.strictObject(callFields);

const effectSchema = z.enum(['allow', 'approve', 'deny']);

/** What a call of a policy test must come to: the effect alone, or more of the decision. */
const expectationSchema = z.union([
  effectSchema,
  z.strictObject({
    effect: effectSchema,
    rules: z.array(z.string()).optional(),
    reason: z.string().optional(),
  }),
]);

const testCallSchema = z.strictObject({
  ...callFields,
  server: z.string().default('server'),
  isApproved: z.boolean().optional(),
  expect: expectationSchema,
});

/** A `*.policy-test.json`: calls made in order, and what must come of each. */
export const policyTestFileSchema = z.strictObject({
  $schema: z.string().optional(),
  /** The policy to test, relative to this file; absent where it is named beside it. */
  policy: z.string().optional(),
  tests: z
    .array(z.strictObject({ name: z.string(), calls: z.array(testCallSchema).min(1) }))
    .min(1),
});
export type PolicyTestFile = z.infer<typeof policyTestFileSchema>;
export type PolicyTest = PolicyTestFile['tests'][number];

/** A decision as an audit export holds it: arguments whole, or only the fields that were chosen to be kept. */
export const recordedDecisionSchema = z.looseObject({
  ...callFields,
  /** An audit holds a keyed hash in their place, which says nothing about them here. */
  arguments: z
    .union([jsonObjectSchema, z.string()])
    .transform((found) => (typeof found === 'string' ? undefined : found))
    .optional(),
  /** The same of a definition: an audit holds its digest, and the definition itself is not there to go by. */
  definition: z
    .union([toolDefinitionSchema, z.string()])
    .transform((found) => (typeof found === 'string' ? undefined : found))
    .optional(),
  /** Path → value, where not all arguments were kept; `args` where they were. */
  fields: z.record(z.string(), z.json()).optional(),
  effect: effectSchema,
});
export type RecordedDecision = z.infer<typeof recordedDecisionSchema>;

/** The arguments of a recorded decision where they were kept whole. */
export function argumentsOf({ arguments: args, fields }: RecordedDecision): JsonObject | undefined {
  const kept = fields?.['args'];
  return args ?? (isJsonObject(kept) ? kept : undefined);
}

/** Puts kept fields such as `args.to.name` back where they stood; fields inside lists cannot be. */
export function argumentsFromFields(
  fields: JsonObject,
  stepsOf: (path: string) => string[] | undefined,
): JsonObject {
  const root: JsonObject = Object.create(null) as JsonObject;
  for (const [path, value] of Object.entries(fields)) {
    const steps = stepsOf(path);
    const last = steps?.pop();
    if (steps === undefined || last === undefined) continue;
    let place = root;
    for (const step of steps) {
      const next = place[step];
      const inner: JsonObject = isJsonObject(next) ? next : (Object.create(null) as JsonObject);
      place[step] = inner;
      place = inner;
    }
    place[last] = value;
  }
  return root;
}
