import type { JsonObject } from '@toolwarden/catalogue';
import * as z from 'zod';
import { policySchema } from './policy.ts';

/** The JSON Schema (draft 2020-12) of policy documents, for editors and for the reference page. */
export function policyJsonSchema(): JsonObject {
  return z.toJSONSchema(policySchema, {
    target: 'draft-2020-12',
    io: 'input',
    reused: 'inline',
    cycles: 'ref',
  }) as JsonObject;
}
