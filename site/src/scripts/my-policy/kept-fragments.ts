const KEY = 'my-policy';
const MAX_KEPT = 500;

/** A policy for one tool that was added on its page: exactly the text that stood there. */
export type KeptFragment = { server: string; tool: string; profile: string; policy: string };

/** Everything added so far; what is not ours in the storage is left out. */
export function keptFragments(): KeptFragment[] {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(value) ? value.filter(isFragment).slice(0, MAX_KEPT) : [];
  } catch {
    // Storage may be refused, or hold something else; then nothing is kept.
    return [];
  }
}

/** Keeps these and nothing else; false where the browser does not let it. */
export function keepFragments(fragments: readonly KeptFragment[]): boolean {
  try {
    localStorage.setItem(KEY, JSON.stringify(fragments.slice(-MAX_KEPT)));
    return true;
  } catch {
    return false;
  }
}

function isFragment(value: unknown): value is KeptFragment {
  const fields = ['server', 'tool', 'profile', 'policy'] as const;
  return (
    typeof value === 'object' &&
    value !== null &&
    fields.every((field) => typeof (value as Record<string, unknown>)[field] === 'string')
  );
}
