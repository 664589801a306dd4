import type { JsonValue } from '@toolwarden/catalogue';
import * as z from 'zod';
import type { Truth } from '../truth.ts';

/** A JSON value without parts. */
export const scalarSchema = z
  .union([z.string(), z.number(), z.boolean(), z.null()])
  .describe('A string, number, boolean or null.');
export type Scalar = z.infer<typeof scalarSchema>;

/** The JSON type of a value; nothing is ever converted from one to another. */
function jsonType(value: JsonValue): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

/** Whether a value equals a scalar of its own type; of another type it is not known. */
export function equals(subject: JsonValue, value: Scalar): Truth {
  if (subject === value) return 'true';
  return jsonType(subject) === jsonType(value) ? 'false' : 'unknown';
}

/** Whether a value is one of several scalars; of a type that none of them has it is not known. */
export function isOneOf(subject: JsonValue, values: readonly Scalar[]): Truth {
  if (values.includes(subject as Scalar)) return 'true';
  const type = jsonType(subject);
  return values.some((value) => jsonType(value) === type) ? 'false' : 'unknown';
}

/** Values for a reader, cut where the list is long. */
export function listWords(values: readonly Scalar[]): string {
  const shown = values.slice(0, 6).map((value) => JSON.stringify(value));
  return values.length > 6 ? `${shown.join(', ')} and ${values.length - 6} more` : shown.join(', ');
}
