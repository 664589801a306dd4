import { checkPolicyText, type Finding } from '@toolwarden/policy';

/** What makes a text no policy at all; the other findings are advice, which `policy check` gives. */
export function policyErrors(text: string): Finding[] {
  return checkPolicyText(text).filter(
    ({ code, severity }) => severity === 'error' && BLOCKING.has(code),
  );
}

const BLOCKING = new Set<string>(['json-syntax', 'invalid-value', 'missing-key', 'unknown-key']);
