/** How long a question waits for a person, and how long after that its answer may be used, unless the policy says so. */
export const APPROVAL_MS = 15 * 60_000;
