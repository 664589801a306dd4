/** Revisions with an opening and sessions. */
export const sessionVersions: ReadonlySet<string> = new Set([
  '2025-11-25',
  '2025-06-18',
  '2025-03-26',
  '2024-11-05',
  '2024-10-07',
]);

/** Revisions whose every request says what it needs to be understood. */
export const statelessVersions: ReadonlySet<string> = new Set(['2026-07-28']);
