import type { Correction, ServerCorrections, ServerId, ServerRecord } from '@toolwarden/catalogue';

/** A person's answer for a definition that the server no longer lists: it does not apply, and somebody should look again. */
export type StaleCorrection = {
  server: ServerId;
  tool: string;
  by: string;
  on: string;
  /** What became of the definition the person read. */
  now: 'changed' | 'gone';
};

/** Corrections whose definition changed or went, in the order they are stored. */
export function staleCorrections(
  corrected: readonly ServerCorrections[],
  records: readonly ServerRecord[],
): StaleCorrection[] {
  const byId = new Map(records.map((record) => [record.id, record]));
  return corrected.flatMap(({ id, tools }) =>
    tools.flatMap((correction): StaleCorrection[] => {
      const now = stateOf(correction, byId.get(id));
      const { tool, by, on } = correction;
      return now === undefined ? [] : [{ server: id, tool, by, on, now }];
    }),
  );
}

function stateOf(
  { tool, toolDigest }: Correction,
  record: ServerRecord | undefined,
): StaleCorrection['now'] | undefined {
  const listed = record?.tools.filter(({ definition }) => definition.name === tool) ?? [];
  if (listed.length === 0) return 'gone';
  return listed.some(({ digest }) => digest === toolDigest) ? undefined : 'changed';
}
