import type { AttackFacetView, AttacksView } from './attack-pages.ts';
import type { AttackLink } from './attack-view.ts';
import type { Markdown, MarkdownLink } from './markdown.ts';
import { counted } from './names.ts';
import type { Twin } from './twins.ts';

/** The first page about attacks: their kinds, and where each facet leads. */
export function attacksTwin({ count, reproduced, kinds, facets, overTime }: AttacksView): Twin {
  const columns = overTime?.plot.columns.map(({ label }) => label) ?? [];
  return {
    data: {
      title: 'Attacks',
      total: count,
      reproduced,
      kinds: kinds.map(({ first, ...kind }) => ({ ...kind, first: first.map(attackItem) })),
      facets,
      overTime: columns,
      undated: overTime?.undated ?? 0,
    },
    text: [
      { heading: 1, text: 'Attacks' },
      {
        text: `${entries(count)}, ${reproduced} of them reproduced by the last run of our replays.`,
      },
      ...kinds.flatMap(({ plural, meaning, url, first, count: all }): Markdown[] => [
        { heading: 2, text: plural },
        { text: meaning },
        { links: [...first.map(attackLinkOf), { text: `All ${entries(all)} of this kind`, url }] },
      ]),
      ...facets.flatMap(({ title, values }): Markdown[] => [
        { heading: 2, text: title },
        { links: values.map((value) => ({ ...linkTo(value), more: entries(value.count) })) },
      ]),
      ...(columns.length > 0
        ? [{ heading: 2, text: 'Over time' } as const, { list: columns }]
        : []),
    ],
  };
}

/** The entries that share a value of a facet. */
export function attackFacetTwin(view: AttackFacetView): Twin {
  const { facet, title, meaning, count, identifiers, kinds } = view;
  return {
    data: {
      title,
      facet,
      meaning,
      total: count,
      identifiers,
      attacks: kinds.flatMap(({ attacks }) => attacks.map(attackItem)),
    },
    text: [
      { heading: 1, text: title },
      { text: `${meaning} ${entries(count)}.` },
      ...identifiers.flatMap(({ id, attacks }): Markdown[] => [
        { heading: 3, text: id },
        { links: attacks.map(linkTo) },
      ]),
      ...kinds.flatMap(({ plural, attacks }): Markdown[] => [
        { heading: 2, text: plural },
        { links: attacks.map(attackLinkOf) },
      ]),
    ],
  };
}

/** An entry in a list of a twin. */
export function attackItem({ gateway, caveats, year, ...attack }: AttackLink): object {
  return {
    ...attack,
    year: year ?? null,
    caveats: caveats.map(({ title }) => title),
    gateway: gateway.stops,
  };
}

export function attackLinkOf({ title, url, kind, gateway, summary }: AttackLink): MarkdownLink {
  return { text: title, url, more: `${kind}. ${gateway.title}. ${summary}` };
}

const linkTo = ({ title, url }: { title: string; url: string }) => ({ text: title, url });
const entries = (count: number) => counted(count, 'entry', 'entries');
