import { visiblePieces } from '@toolwarden/catalogue';

/** Markup in which every value that was put in is escaped, or was made the same way. */
export type Html = { readonly markup: string };

type Value = Html | readonly Html[] | string | number | undefined | false;

/** Tag of markup templates: texts are escaped, pieces of markup go in as they are, absent values leave nothing. */
export function html(parts: TemplateStringsArray, ...values: Value[]): Html {
  const inserted = values.map((value) => {
    if (value === undefined || value === false) return '';
    if (typeof value === 'string' || typeof value === 'number') return escaped(String(value));
    return 'markup' in value ? value.markup : value.map(({ markup }) => markup).join('');
  });
  return { markup: String.raw({ raw: parts }, ...inserted) };
}

/** A text from outside, in which each character that would hide or turn the line around is named and marked. */
export function shown(text: string): Html {
  const pieces = visiblePieces(text).map(({ text: piece, hidden }) =>
    hidden === undefined
      ? html`${piece}`
      : html`<mark title="${hidden}">${piece}<span class="for-readers"> (${hidden})</span></mark>`,
  );
  return html`${pieces}`;
}

/** The same for printed JSON, in which control characters are escapes already: those that no text needs are marked too. */
export function shownJson(text: string): Html {
  const pieces: Html[] = [];
  let from = 0;
  for (const { 0: escaping, index } of text.matchAll(/\\(?:u[0-9a-f]{4}|.)/g)) {
    if (/^\\["\\/nt]/.test(escaping)) continue;
    const mark = html`<mark title="control character">${escaping}</mark>`;
    pieces.push(shown(text.slice(from, index)), mark);
    from = index + escaping.length;
  }
  return html`${[...pieces, shown(text.slice(from))]}`;
}

const ESCAPES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (char) => ESCAPES[char] as string);
}
