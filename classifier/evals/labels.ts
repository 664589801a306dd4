import { readFileSync } from 'node:fs';
import {
  categorySchema,
  labelSchema,
  levelSchema,
  type ServerWords,
  toolDefinitionSchema,
  traitSchema,
} from '@toolwarden/catalogue';
import * as z from 'zod';

/** One tool with the answer that people settled on. */
const labelledToolSchema = z.strictObject({
  id: z.string(),
  server: z.strictObject({ name: z.string(), description: z.string().optional() }),
  tool: toolDefinitionSchema,
  category: categorySchema,
  /** Other categories that are also defensible. */
  accept: z.array(categorySchema),
  traits: z.array(traitSchema),
  /** Traits that count neither as missing nor as wrong. */
  traitsOptional: z.array(traitSchema),
  label: labelSchema,
  risk: levelSchema,
});
export type LabelledTool = z.infer<typeof labelledToolSchema>;

/** What one person answered, alone and before the differences were settled. */
const annotationSchema = labelledToolSchema.pick({
  id: true,
  category: true,
  accept: true,
  traits: true,
  traitsOptional: true,
});
export type Annotation = z.infer<typeof annotationSchema>;

/** Reads a file of labelled tools, one JSON object a line. */
export function readLabels(file: URL): LabelledTool[] {
  return linesOf(file).map((line) => labelledToolSchema.parse(line));
}

/** Reads one person's answers, one JSON object a line. */
export function readAnnotations(file: URL): Annotation[] {
  return linesOf(file).map((line) => annotationSchema.parse(line));
}

function linesOf(file: URL): unknown[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line): unknown => JSON.parse(line));
}

/** The server's words, as the classifier takes them. */
export function serverWordsOf({ server: { name, description } }: LabelledTool): ServerWords {
  return { name, ...(description !== undefined && { description }) };
}
