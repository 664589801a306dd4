import { gt, gte, lt, lte } from './compare.ts';
import { contains } from './contains.ts';
import { eq } from './eq.ts';
import { exists } from './exists.ts';
import { hostIn } from './host-in.ts';
import { isIn } from './in.ts';
import { matches } from './matches.ts';
import { maxItems } from './max-items.ts';
import { maxLength } from './max-length.ts';
import { neq } from './neq.ts';
import { notIn } from './not-in.ts';
import { regex } from './regex.ts';
import { within } from './within.ts';

/** Every operator of the language, in the order in which the reference page shows them. */
export const operators = {
  eq,
  neq,
  lt,
  lte,
  gt,
  gte,
  in: isIn,
  not_in: notIn,
  exists,
  contains,
  matches,
  regex,
  within,
  host_in: hostIn,
  max_length: maxLength,
  max_items: maxItems,
} as const;
