import * as z from 'zod';
import { controlSchema } from './control.ts';
import { jsonObjectSchema } from './json-object-schema.ts';

const transcriptLineSchema = z.strictObject({
  /** Who spoke: the scripted agent, a server, the gateway, or the person and client around the agent. */
  who: z.enum(['agent', 'server', 'gateway', 'client']),
  what: z.string(),
});
export type ReplayLine = z.infer<typeof transcriptLineSchema>;

const runSchema = z.strictObject({
  /** Whether what the run is about came about, seen at the servers and outside, never told by the agent. */
  happened: z.boolean(),
  transcript: z.array(transcriptLineSchema),
});
export type ReplayRun = z.infer<typeof runSchema>;

/** What came of replaying an attack against its own entry's controls. Times and versions live with the run. */
export const replaySchema = z.strictObject({
  /** The entry's id. */
  id: z.string().regex(/^[a-z0-9-]+$/),
  family: z.string(),
  story: z.string(),
  /** `policy`: the control is a policy; `gateway`: it is what the gateway does whatever the policy. */
  against: z.enum(['policy', 'gateway']),
  controls: z.array(controlSchema),
  policy: jsonObjectSchema,
  runs: z.strictObject({
    without: runSchema,
    with: runSchema,
    benign: runSchema,
    /** The form of the attack that still passes, where the control stops it only in part. */
    passes: runSchema.extend({ what: z.string() }).optional(),
  }),
  /** What the same runs came to through `toolwarden wrap`; of one scenario a family. */
  stdio: z.record(z.string(), z.boolean()).optional(),
});
export type Replay = z.infer<typeof replaySchema>;

/** The last time the attacks were replayed. */
export const replayRunSchema = z.strictObject({
  at: z.iso.datetime(),
  durationMs: z.number(),
  versions: z.record(z.string(), z.string()),
  /** Scenarios by what came of them. */
  stopped: z.int(),
  failed: z.int(),
});
export type ReplayRunSummary = z.infer<typeof replayRunSchema>;

/** Whether the same came of it over stdio, where that was tried. */
export function isReproducedOverStdio({ runs, stdio }: Replay): boolean {
  if (stdio === undefined) return false;
  const isPassing = runs.passes === undefined || stdio['passes'] === true;
  return (
    stdio['without'] === true && stdio['with'] === false && stdio['benign'] === true && isPassing
  );
}

/** Whether an attack was shown: the harm without the control, none with it, and honest use unharmed. */
export function isReproduced({ runs }: Replay): boolean {
  const { without, with: kept, benign, passes } = runs;
  return without.happened && !kept.happened && benign.happened && passes?.happened !== false;
}
