/** A piece of a line of prose. */
export type Span = { text: string } | { code: string } | { strong: string } | LinkSpan;
type LinkSpan = { link: string; href: string };
export type Block = { paragraph: Span[] } | { items: Span[][]; isOrdered: boolean };
/** A heading of an entry's prose and what stands under it. */
export type ProseSection = { title: string; blocks: Block[] };

/**
 * Reads the Markdown that entries of the attack database use: second-level headings, paragraphs, flat lists, code,
 * strong words and links. Everything else, HTML first, stays text as it was written, so no page can be made to hold it.
 */
export function proseSections(body: string): ProseSection[] {
  const sections: ProseSection[] = [];
  let lines: string[] = [];
  for (const line of [...body.split('\n'), '## ']) {
    if (!line.startsWith('## ')) {
      lines.push(line);
      continue;
    }
    const open = sections.at(-1);
    if (open !== undefined) open.blocks = blocksOf(lines);
    else if (lines.some((each) => each.trim() !== ''))
      sections.push({ title: '', blocks: blocksOf(lines) });
    lines = [];
    if (line !== '## ') sections.push({ title: line.slice(3).trim(), blocks: [] });
  }
  return sections;
}

type Draft = { list: 'ordered' | 'plain' | undefined; texts: string[] };

function blocksOf(lines: readonly string[]): Block[] {
  const drafts: Draft[] = [];
  let isOpen = false;
  for (const line of lines) {
    const item = /^(?:(\d{1,3})\.|[-*]) +(\S.*)$/.exec(line);
    const last = drafts.at(-1);
    if (item !== null) {
      const list = item[1] === undefined ? 'plain' : 'ordered';
      if (last?.list === list) last.texts.push(item[2] ?? '');
      else drafts.push({ list, texts: [item[2] ?? ''] });
      isOpen = true;
    } else if (line.trim() === '') isOpen = false;
    else if (isOpen && last !== undefined)
      last.texts.push(`${last.texts.pop() ?? ''} ${line.trim()}`);
    else {
      drafts.push({ list: undefined, texts: [line.trim()] });
      isOpen = true;
    }
  }
  return drafts.map(({ list, texts }) =>
    list === undefined
      ? { paragraph: spans(texts[0] ?? '') }
      : { items: texts.map(spans), isOrdered: list === 'ordered' },
  );
}

const MARKUP = /`([^`]+)`|\*\*([^*]+)\*\*|\[([^[\]]+)\]\((https:[^()\s]+)\)/g;

/** The pieces of one line. */
function spans(line: string): Span[] {
  const found: Span[] = [];
  let end = 0;
  for (const match of line.matchAll(MARKUP)) {
    if (match.index > end) found.push({ text: line.slice(end, match.index) });
    const [, code, strong, link, href] = match;
    if (code !== undefined) found.push({ code });
    else if (strong !== undefined) found.push({ strong });
    else found.push({ link: link ?? '', href: href ?? '' });
    end = match.index + match[0].length;
  }
  if (end < line.length) found.push({ text: line.slice(end) });
  return found;
}
