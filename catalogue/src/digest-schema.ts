import * as z from 'zod';
import type { Digest } from './digest.ts';

/** `sha256:` and 64 hex digits. */
export const digestSchema = z.custom<Digest>(
  (value) => typeof value === 'string' && /^sha256:[0-9a-f]{64}$/.test(value),
  'expected sha256: and 64 hex digits',
);
