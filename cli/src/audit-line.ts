import { momentWords } from './gateway-state.ts';
import { plainText } from './plain-text.ts';

/** One record for a person at a terminal: a line, with nothing in it that the terminal obeys. */
export function auditLine(line: string): string {
  const { chain, seq, prev, hash, at, kind, ...rest } = JSON.parse(line) as Record<string, unknown>;
  const words = kind === 'decision' ? decisionWords(rest) : otherWords(rest);
  return `${momentWords(Number(at))}  ${String(kind)}  ${words}`;
}

function decisionWords(record: Record<string, unknown>): string {
  const { effect, observed, server, tool, grant, reason, rules, approval, shadow, call } = record;
  const parts = [
    observed ? `${effect} (observed)` : effect,
    tool,
    `server=${server}`,
    `grant=${grant}`,
    `rules=${JSON.stringify(rules)}`,
    `reason=${JSON.stringify(reason)}`,
    ...(approval === undefined ? [] : [`approval=${approval}`]),
    ...(shadow === undefined ? [] : [`staged=${(shadow as { effect?: unknown }).effect}`]),
    `call=${call}`,
  ];
  return parts.map((part) => plainText(String(part))).join('  ');
}

function otherWords(record: Record<string, unknown>): string {
  return Object.entries(record)
    .map(([key, value]) =>
      plainText(`${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`),
    )
    .join('  ');
}
