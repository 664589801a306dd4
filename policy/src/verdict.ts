import type { JsonPointer } from '@toolwarden/catalogue';
import type { Mark, Outcome } from './compile-rule.ts';
import type { Decision } from './decision.ts';

/** What a decision says of an outcome: its effect, the pointers that led to it, and their texts. */
export type Verdict = Pick<Decision, 'effect' | 'rules' | 'reason'>;

/** Puts an outcome into words. */
export function verdictOf({ effect, marks }: Outcome): Verdict {
  const [first] = marks;
  if (marks.length === 1 && first !== undefined) {
    return { effect, rules: [first.pointer], reason: first.reason };
  }
  return { effect, rules: pointersOf(marks), reason: reasonOf(marks) };
}

function pointersOf(marks: readonly Mark[]): JsonPointer[] {
  return [...new Set(marks.map(({ pointer }) => pointer))].sort();
}

const MAX_REASONS = 3;

function reasonOf(marks: readonly Mark[]): string {
  const sorted = marks.toSorted((a, b) => (a.pointer < b.pointer ? -1 : 1));
  const reasons = [...new Set(sorted.map(({ reason }) => reason))];
  const rest = reasons.length - MAX_REASONS;
  const shown = reasons.slice(0, MAX_REASONS).join('; ');
  return rest > 0 ? `${shown}; and ${rest} more` : shown;
}
