import * as z from 'zod';
import type { Zod } from './operators/operator.ts';

/** The words of zod that values of operators need: all of zod, handed on as one, would be in every bundle. */
export const words: Zod = {
  array: z.array,
  boolean: z.boolean,
  int: z.int,
  null: z.null,
  number: z.number,
  string: z.string,
  union: z.union,
};
