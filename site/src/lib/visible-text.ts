export { escapeHidden, visiblePieces, visibleText } from '@toolwarden/catalogue';

/** A text for reading: its words as they are, without the empty lines around and between them. */
export function withoutGaps(text: string): string {
  return text.trim().replace(/\n[\t ]*(?:\n[\t ]*)+/g, '\n\n');
}

/** The beginning of a text, for places where its length says nothing. */
export function clip(text: string, max: number): string {
  if (text.length <= max) return text;
  return `${text
    .slice(0, max)
    .replace(/[\uD800-\uDBFF]$/, '')
    .trimEnd()}…`;
}

/** A name for a list: its beginning, and how long it is where it was cut. */
export function shorten(text: string, max = 80): string {
  if (text.length <= max) return text;
  const cut = text.slice(0, max).replace(/[\uD800-\uDBFF]$/, '');
  return `${cut}… (${text.length.toLocaleString('en')} characters)`;
}
