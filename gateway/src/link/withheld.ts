import type { JsonObject } from '@toolwarden/catalogue';
import { code } from './link-options.ts';
import type { Pending } from './pending.ts';

/** What the client reads in place of an answer that it must not see. */
export function withheldAnswer({ method, isStateless }: Pending, why: string): JsonObject {
  const text = `The result was withheld: ${why}. The call has run; repeating it will not help.`;
  if (method !== 'tools/call') return { error: { code: code.internal, message: text } };
  const content = [{ type: 'text', text }];
  return {
    result: { content, isError: true, ...(isStateless && { resultType: 'complete' }) },
  };
}
