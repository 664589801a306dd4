import { categories, levels } from '@toolwarden/catalogue';
import type { CatalogueView } from './catalogue-view.ts';

/** Longer names are cut: what is looked for stands at their start. */
const MAX_NAME = 200;

/**
 * All names as one text, one a line: `>slug, name` a server with its tools after it, `name, code, slug` a tool, `!id,
 * title, other names` an attack; tabs between. What can be told from the rest is left out. `readNames` is its reader.
 */
export function namesIndex({ servers, attacks }: CatalogueView): string {
  const lines: string[] = [];
  for (const { slug, name, tools, status } of servers) {
    if (status === 'gone') continue;
    lines.push(`>${[slug, field(name)].join('\t')}`);
    for (const tool of tools) {
      const shown = field(tool.name);
      const code = codeOf(levels.findIndex(({ id }) => id === tool.level) + 1, tool.category);
      lines.push([shown, code, ...(tool.slug === shown ? [] : [tool.slug])].join('\t'));
    }
  }
  for (const { id, title, aliases } of attacks)
    lines.push(`!${[id, field(title), ...aliases.map(field)].join('\t')}`);
  return `${lines.join('\n')}\n`;
}

/** Level and category as one letter. */
function codeOf(step: number, category: string | undefined): string {
  const place = categories.findIndex(({ id }) => id === category) + 1;
  return String.fromCharCode(97 + step * (categories.length + 1) + place);
}

// A tab or a line's end in a name would be read as ours.
function field(text: string): string {
  const line = text.slice(0, MAX_NAME).replace(/[\t\n\r\u2028\u2029]/g, ' ');
  return line.replace(/^[>!]/, ' $&');
}
