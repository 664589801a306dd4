import * as z from 'zod';
import { isShortEnough, WINDOW } from './window.ts';

/** A length of time as policies write it: `minute`, `30s`, `15m`, `6h`, `7d`. */
export const windowSchema = z
  .string()
  .regex(WINDOW, 'expected second, minute, hour, day, or a number with s, m, h or d such as 15m')
  .refine(
    isShortEnough,
    'expected no more than 366 days; a longer window would have to remember every call that long',
  );
