import type { JsonValue } from '@toolwarden/catalogue';
import type * as zod from 'zod';
import { type Truth, truthOf } from '../truth.ts';
import type { Zod } from './operator.ts';

/** A JSON value without parts. */
export const scalarSchema = (z: Zod) =>
  z
    .union([z.string(), z.number(), z.boolean(), z.null()])
    .describe('A string, number, boolean or null.');
export type Scalar = zod.infer<ReturnType<typeof scalarSchema>>;

/** The JSON type of a value; nothing is ever converted from one to another. */
function jsonType(value: JsonValue): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

/**
 * Prepares the comparison with a scalar: of another type than the scalar's, a value is not known to differ. One function
 * a type, because a comparison that has met only one type is the quickest.
 */
export function equalTo(value: Scalar): (subject: JsonValue) => Truth {
  switch (typeof value) {
    case 'string':
      return (subject) => (typeof subject === 'string' ? truthOf(subject === value) : 'unknown');
    case 'number':
      return (subject) => (typeof subject === 'number' ? truthOf(subject === value) : 'unknown');
    case 'boolean':
      return (subject) => (typeof subject === 'boolean' ? truthOf(subject === value) : 'unknown');
    default:
      return (subject) => (subject === null ? 'true' : 'unknown');
  }
}

// Below this, comparing one by one is quicker than hashing a text that has just been read.
const FEW = 8;

/** Prepares the comparison with several scalars: of a type that none of them has, a value is not known to differ. */
export function oneOf(values: readonly Scalar[]): (subject: JsonValue) => Truth {
  if (values.length <= FEW && values.every((value) => typeof value === 'string')) {
    return oneOfTexts(values);
  }
  const types = new Set(values.map(jsonType));
  const isListed = values.length > FEW ? listedIn(new Set<JsonValue>(values)) : among(values);
  return (subject) => {
    if (isListed(subject)) return 'true';
    return types.has(jsonType(subject)) ? 'false' : 'unknown';
  };
}

// What most lists hold; asking for the type first leaves comparisons that have met only texts.
function oneOfTexts(values: readonly string[]): (subject: JsonValue) => Truth {
  return (subject) => {
    if (typeof subject !== 'string') return 'unknown';
    for (const value of values) if (value === subject) return 'true';
    return 'false';
  };
}

const listedIn = (values: ReadonlySet<JsonValue>) => (subject: JsonValue) => values.has(subject);

function among(values: readonly Scalar[]): (subject: JsonValue) => boolean {
  return (subject) => {
    for (const value of values) if (value === subject) return true;
    return false;
  };
}

/** Values for a reader, cut where the list is long. */
export function listWords(values: readonly Scalar[]): string {
  const shown = values.slice(0, 6).map((value) => JSON.stringify(value));
  return values.length > 6 ? `${shown.join(', ')} and ${values.length - 6} more` : shown.join(', ');
}
