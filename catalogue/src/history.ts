import * as z from 'zod';
import { digestSchema } from './digest-schema.ts';
import { toolDefinitionSchema } from './tool-definition-schema.ts';

const base = { at: z.iso.datetime(), version: z.string() };

/** One line of a server's `data/history/….jsonl`: what changed between two listings. Only ever appended. */
export const historyEventSchema = z.discriminatedUnion('event', [
  z.strictObject({
    ...base,
    event: z.literal('tool-added'),
    tool: z.string(),
    newDigest: digestSchema,
  }),
  z.strictObject({
    ...base,
    event: z.literal('tool-removed'),
    tool: z.string(),
    oldDigest: digestSchema,
    old: toolDefinitionSchema,
  }),
  z.strictObject({
    ...base,
    event: z.literal('tool-changed'),
    tool: z.string(),
    oldDigest: digestSchema,
    newDigest: digestSchema,
    old: toolDefinitionSchema,
    new: toolDefinitionSchema,
  }),
  z.strictObject({
    ...base,
    event: z.literal('instructions-changed'),
    oldDigest: digestSchema.optional(),
    newDigest: digestSchema.optional(),
    old: z.string().optional(),
    new: z.string().optional(),
  }),
  z.strictObject({ ...base, event: z.literal('server-gone') }),
  z.strictObject({ ...base, event: z.literal('server-back') }),
]);
export type HistoryEvent = z.infer<typeof historyEventSchema>;
