import type { Attack } from '@toolwarden/catalogue';
import type { ChangeLine } from './change-lines.ts';
import { attackUrl } from './urls.ts';
import { visibleText } from './visible-text.ts';
import { escapeXml } from './xml.ts';

type Feed = { title: string; path: string; page: string; entries: FeedEntry[] };
type FeedEntry = { id: string; title: string; url: string; updated: string; summary: string };

/** Said of a feed that has nothing in it, as the format wants a date and ours must not be the build's. */
const NEVER = '1970-01-01T00:00:00Z';

/** What changed, newest first, as an Atom feed. */
export function changesFeed(
  { title, path, page }: Omit<Feed, 'entries'>,
  changes: readonly ChangeLine[],
  origin: string,
): string {
  const entries = changes.map(({ at, tool, what, url, serverName, version }) => ({
    id: `${url}#${at}-${tool ?? ''}-${what}`,
    title: `${tool === undefined ? serverName : `${tool} of ${serverName}`}: ${what}`,
    url,
    updated: at,
    summary: `Seen in version ${version}.`,
  }));
  return atom({ title, path, page, entries }, origin);
}

/** The attack database by the day its entries were made public or happened, the latest first. */
export function attacksFeed(attacks: readonly Attack[], origin: string): string {
  const dated = attacks.flatMap(({ id, title, summary, dates: { event, disclosure } }) => {
    const day = fullDay(disclosure ?? event);
    return day === undefined
      ? []
      : [{ id: attackUrl(id), title, url: attackUrl(id), updated: day, summary }];
  });
  const entries = dated.sort((a, b) => (a.updated < b.updated ? 1 : -1)).slice(0, 100);
  return atom(
    { title: 'Toolwarden: attacks', path: '/attacks/feed.xml', page: '/attacks', entries },
    origin,
  );
}

function fullDay(date: string | undefined): string | undefined {
  const [, year, month = '01', day = '01'] =
    /^(\d{4})(?:-(\d\d))?(?:-(\d\d))?/.exec(date ?? '') ?? [];
  return year === undefined ? undefined : `${year}-${month}-${day}T00:00:00Z`;
}

function atom({ title, path, page, entries }: Feed, origin: string): string {
  const at = (url: string) => escapeXml(new URL(url, origin).href);
  const text = (value: string) => escapeXml(visibleText(value.slice(0, 500)));
  const items = entries.map(
    ({ id, title: shown, url, updated, summary }) => `<entry>
<id>${at(`/feed/${encodeURIComponent(id)}`)}</id>
<title>${text(shown)}</title>
<link href="${at(url)}"/>
<updated>${updated}</updated>
<summary>${text(summary)}</summary>
</entry>
`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
<id>${at(path)}</id>
<title>${text(title)}</title>
<link rel="self" href="${at(path)}"/>
<link href="${at(page)}"/>
<updated>${entries[0]?.updated ?? NEVER}</updated>
<author><name>Toolwarden</name></author>
${items.join('')}</feed>
`;
}
