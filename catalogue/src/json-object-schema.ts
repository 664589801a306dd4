import * as z from 'zod';
import { isJsonObject, type JsonObject } from './json.ts';

/** Any JSON object, kept verbatim. */
export const jsonObjectSchema: z.ZodType<JsonObject> = z.custom<JsonObject>(
  isJsonObject,
  'expected an object',
);
