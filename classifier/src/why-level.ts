import type { Assessment, Level, RiskRowId, Trait } from '@toolwarden/catalogue';
import { joined } from './pick.ts';

const ROW_REASONS: Record<RiskRowId, string> = {
  R1: 'nothing else raises it',
  R2: 'the change can be put right',
  R3: 'the effect reaches beyond the call',
  R4: 'the result can hold private data',
  R5: 'the caller writes the query',
  R6: 'a request goes to an address outside',
  R7: 'it touches secrets or access',
  R8: 'it reaches outside, many items at once, or any part of an API',
  R9: 'what it removes or overwrites is lost',
  R9b: 'an option can make it lose existing content',
  R10: 'money or charges are at stake',
  R11: 'the caller’s program runs with general powers',
  R12: 'it changes access for many at once',
  R13: 'the definition tries to steer its reader',
};

/** What makes the level, in one sentence. */
export function levelSentence(
  traits: readonly Trait[],
  { risk, riskRows }: Assessment,
  { isSuspicious }: { isSuspicious: boolean } = {
    isSuspicious: traits.includes('suspicious_definition'),
  },
): string {
  const reason = decidingRow(traits, risk, riskRows);
  const also =
    isSuspicious && reason !== ROW_REASONS.R13
      ? ', and its definition tries to steer the reader'
      : '';
  return `The level is ${risk} because ${reason}${also}.`;
}

const LEVEL_OF: Record<RiskRowId, readonly Level[]> = {
  R1: ['Low'],
  R2: ['Medium'],
  R3: ['High'],
  R4: ['Medium'],
  R5: ['Medium'],
  R6: ['Medium'],
  R7: ['High'],
  R8: ['High'],
  R9: ['Critical', 'High'],
  R9b: ['High'],
  R10: ['Critical'],
  R11: ['Critical', 'High'],
  R12: ['Critical'],
  R13: ['Medium'],
};

function decidingRow(traits: readonly Trait[], risk: Level, rows: readonly RiskRowId[]): string {
  const reaching = rows.filter((row) => LEVEL_OF[row].includes(risk));
  // The row that says most about this tool: a trait before the plain category.
  const row =
    reaching.findLast((id) => id !== 'R1' && id !== 'R2' && id !== 'R3') ?? reaching.at(-1) ?? 'R1';
  if (row === 'R8') return rowEight(traits);
  if (row === 'R2' && traits.includes('contained'))
    return 'the change stays in the tool’s own scratch space';
  return ROW_REASONS[row];
}

function rowEight(traits: readonly Trait[]): string {
  const reasons = [
    ...(traits.includes('communicates_externally') ? ['it reaches people or systems outside'] : []),
    ...(traits.includes('bulk') ? ['one call touches many items'] : []),
    ...(traits.includes('raw_query') ? ['the caller names the operation'] : []),
  ];
  return joined(reasons);
}
