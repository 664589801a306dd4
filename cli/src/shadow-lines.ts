import type { ShadowReport } from '@toolwarden/gateway/operator';
import { momentWords } from './gateway-state.ts';
import { plainText } from './plain-text.ts';
import { table } from './table.ts';

const MOST_LISTED = 50;

/** What a staged policy would change, for a person at a terminal. */
export function shadowLines({ policy, judged, changed, lastAt, changes }: ShadowReport): string[] {
  const calls = judged === 1 ? '1 call' : `${judged} calls`;
  const first = `staged ${policy}: ${calls} judged until ${momentWords(lastAt)}, ${changed} would be decided otherwise`;
  if (changes.length === 0) return [first];
  const cells = changes
    .slice(0, MOST_LISTED)
    .map(({ count, effect, shadow, server, tool, rules, shadowRules }) =>
      [
        ...[String(count), `${effect} → ${shadow}`, `${server} ${tool}`],
        ...[words(rules), words(shadowRules)],
      ].map(plainText),
    );
  const more = changes.length - MOST_LISTED;
  return [
    first,
    ...table(['calls', 'change', 'tool', 'rules now', 'staged rules'], cells),
    ...(more > 0 ? [`and ${more} more; --json lists all`] : []),
  ];
}

const words = (rules: readonly string[]) => rules.join(' ') || '-';
