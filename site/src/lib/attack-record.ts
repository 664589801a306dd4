import type { AttackEntry } from '@toolwarden/catalogue';
import { attackLink } from './attack-view.ts';
import { nameWords } from './names.ts';
import type { SearchRecord } from './search-record.ts';
import { clip } from './visible-text.ts';

const MAX_TEXT = 2000;

/** What is searched and shown of an attack. Its own names weigh most; identifiers that merely fit weigh as text. */
export function attackRecord({ attack, body }: AttackEntry): SearchRecord {
  const { url, title, kind, verification, caveats, gateway } = attackLink(attack);
  const names = [...new Set([title, ...attack.aliases])];
  const ids = [...new Set(attack.mappings.map(({ id }) => id))];
  return {
    url,
    language: 'en',
    content: [...names, attack.summary, ids.join(' '), body.slice(0, MAX_TEXT)].join('. '),
    meta: {
      kind: 'attack',
      title: clip(title, 120),
      words: [...names, nameWords(attack.id).join(' ')].join('. '),
      server: [kind, verification, ...caveats.map((caveat) => caveat.title)].join(', '),
      label: gateway.title,
      about: clip(attack.summary, 160),
    },
    filters: { kind: ['attack'] },
  };
}
