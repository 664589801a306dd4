import { visibleText } from './visible-text.ts';

/** A part of a Markdown page. Texts may come from outside: they are shown and never read as markup. */
export type Markdown =
  | { heading: 1 | 2 | 3; text: string }
  | { text: string }
  | { list: string[] }
  | { links: MarkdownLink[] }
  | { quote: string; from: string }
  | { code: string; language: string };

/** A page of this site, by its address without a suffix, and what is said behind its name. */
export type MarkdownLink = { text: string; url: string; more?: string };

/** Prints parts as Markdown in which only our own structure is structure. */
export function markdown(parts: readonly Markdown[]): string {
  return `${parts.map(part).join('\n\n')}\n`;
}

function part(item: Markdown): string {
  if ('heading' in item) return `${'#'.repeat(item.heading)} ${inline(item.text)}`;
  if ('list' in item) return listed(item.list.map(inline));
  if ('links' in item) return listed(item.links.map(linked));
  if ('quote' in item) return `> ${inline(item.quote)}\n>\n> (${inline(item.from)})`;
  if ('code' in item) return fenced(item.code, item.language);
  return inline(item.text);
}

function listed(items: readonly string[]): string {
  return items.length === 0 ? '(none)' : items.map((each) => `- ${each}`).join('\n');
}

// Readers of text stay among the twins.
function linked({ text, url, more }: MarkdownLink): string {
  const target = `${url}.md`.replace(
    /[()\\<>\s]/g,
    (char) => `%${char.charCodeAt(0).toString(16)}`,
  );
  return `[${inline(text)}](${target})${more === undefined ? '' : `: ${inline(more)}`}`;
}

/** One line, with every character that Markdown or HTML could act on escaped. */
export function inline(text: string): string {
  return visibleText(text)
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[\\`*_{}[\]<>()#+!|~&$:@-]/g, (char) => ENTITIES[char] ?? `\\${char}`)
    .replace(/^(\d+)\./, '$1\\.');
}

// Left as they are where they cannot start anything: names stay readable.
const ENTITIES: Record<string, string> = {
  '<': '&lt;',
  '>': '&gt;',
  '&': '&amp;',
  _: '_',
  ':': ':',
  '-': '-',
  '(': '(',
  ')': ')',
  '@': '@',
  '+': '+',
};

// A fence longer than any run of backticks inside cannot be ended from inside.
function fenced(code: string, language: string): string {
  const longest = Math.max(2, ...(code.match(/`+/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  const shown = code
    .split('\n')
    .map((line) => visibleText(line))
    .join('\n');
  return `${fence}${language}\n${shown}\n${fence}`;
}
