import { printJson } from './json-file.ts';
import { type Markdown, markdown } from './markdown.ts';
import type { SitePage } from './site-pages.ts';
import { twinPath } from './urls.ts';

/** What a page says, for programs and for readers of text. */
export type Twin = { data: object; text: Markdown[] };

/**
 * A page with its two twins beside it.
 *
 * INVARIANT: a twin is made from the page's view or basis and from nothing else, or it would stay as it was when they change.
 */
export function withTwins(page: SitePage, twin: () => Twin): SitePage {
  const path = twinPath(page.url);
  return {
    ...page,
    files: [
      ...(page.files ?? []),
      [`${path}.json`, () => printJson({ url: page.url, ...twin().data })],
      [`${path}.md`, () => markdown(twin().text)],
    ],
  };
}
