import type { NameHit } from '../lib/names-search.ts';
import { visiblePieces } from '../lib/visible-text.ts';

/** A hit in the full text, as Pagefind keeps it. */
export type TextHit = { url: string; meta: Record<string, string> };

const KIND_TITLES = { server: 'Server', attack: 'Attack', tool: '' } as const;

/** A line of the results by name. */
export function nameItem({ kind, name, url, level, category, server }: NameHit): HTMLElement {
  return item(url, [
    crawled('result-name', name),
    kind === 'tool' ? levelBadge(level) : element('span', 'result-label', KIND_TITLES[kind]),
    crawled('result-server', server),
    element('span', 'result-label', kind === 'tool' ? category : ''),
  ]);
}

/** A line of the results in the full text. */
export function textItem({ url, meta }: TextHit): HTMLElement {
  const kind = meta['kind'] === 'attack' ? 'attack' : 'server';
  return item(url, [
    crawled('result-name', meta['title'] ?? ''),
    element('span', 'result-label', KIND_TITLES[kind]),
    crawled('result-server', meta['server'] ?? ''),
    element('span', 'result-label', meta['label'] ?? ''),
    crawled('result-more', meta['about'] ?? ''),
  ]);
}

/** A line with a button. */
export function buttonItem(text: string, press: () => void): HTMLElement {
  const button = element('button', 'more', text);
  button.setAttribute('type', 'button');
  button.addEventListener('click', press);
  const made = document.createElement('li');
  made.append(button);
  return made;
}

function item(url: string, parts: HTMLElement[]): HTMLElement {
  const link = document.createElement('a');
  // The index is ours, but a record's words are not: only paths of this site are followed.
  link.href = /^\/(servers|attacks)\//.test(url) ? url : '/servers';
  link.append(...parts);
  const made = document.createElement('li');
  made.append(link);
  return made;
}

function levelBadge(title: string): HTMLElement {
  const level = element('span', 'level', title === '' ? 'Not classified' : title);
  level.dataset['level'] = title === '' ? 'unclassified' : title.toLowerCase();
  const icon = element('i', 'level-icon', '');
  icon.setAttribute('aria-hidden', 'true');
  level.prepend(icon);
  return level;
}

/** An element with a text; never with markup. */
export function element(tag: string, className: string, text: string): HTMLElement {
  const made = document.createElement(tag);
  if (className !== '') made.className = className;
  made.textContent = text;
  return made;
}

function crawled(className: string, text: string): HTMLElement {
  const made = element('bdi', className, '');
  made.dir = 'auto';
  for (const piece of visiblePieces(text)) {
    if (piece.hidden === undefined) made.append(piece.text);
    else made.append(element('span', 'hidden-char', piece.text));
  }
  return made;
}

/** A text for places that hold no elements. */
export function plain(text: string): string {
  return visiblePieces(text)
    .map((piece) => piece.text)
    .join('');
}
