import type * as z from 'zod';
import { own } from './json.ts';
import { jsonObjectSchema } from './json-object-schema.ts';
import type { ToolDefinition } from './tool.ts';

/** A tool as its server listed it: an object with a name. */
export const toolDefinitionSchema = jsonObjectSchema.refine(
  (value): value is ToolDefinition => typeof own(value, 'name') === 'string',
  'expected an object with a name',
) as z.ZodType<ToolDefinition>;
