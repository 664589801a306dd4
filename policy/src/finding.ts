import type { JsonPointer } from '@toolwarden/catalogue';

/** Every kind of finding; docs/policy.md explains each. */
export const findingCodes = [
  'always-denied',
  'approval-never-reached',
  'contradiction',
  'duplicate-rule',
  'escapable-condition',
  'hidden-and-ruled',
  'invalid-value',
  'json-syntax',
  'limit-without-effect',
  'missing-key',
  'mixed-counter',
  'no-effect',
  'nothing-allowed',
  'pattern-refused',
  'pattern-unanchored',
  'session-scope',
  'shadowed',
  'type-mismatch',
  'unknown-argument',
  'unknown-key',
  'unknown-tool',
  'weak-address-test',
] as const;
export type FindingCode = (typeof findingCodes)[number];

/** Something wrong, or odd, in a policy document. */
export type Problem = {
  /** Where in the document; for a misspelt key, the key itself. */
  pointer: JsonPointer;
  severity: 'error' | 'warning';
  code: FindingCode;
  /** What is so, and what to do. */
  message: string;
};

/** A problem with its place in the text; line and column count from 1. */
export type Finding = Problem & { line: number; column: number };
