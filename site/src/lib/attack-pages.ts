import { type Attack, isReproduced } from '@toolwarden/catalogue';
import { type AttackFacet, attackFacets } from './attack-facets.ts';
import { attackFacetTwin, attacksTwin } from './attack-list-twins.ts';
import { attackTwin, attackTwinMarkdown } from './attack-twin.ts';
import {
  type AttackLink,
  type AttackView,
  attackLink,
  attacksOfKind,
  attackView,
} from './attack-view.ts';
import { kindsShown, kindWords } from './attack-words.ts';
import type { CatalogueView } from './catalogue-view.ts';
import { printJson } from './json-file.ts';
import { attacksOverTime } from './plots/attacks-over-time.ts';
import type { SitePage } from './site-pages.ts';
import { withTwins } from './twins.ts';
import { attackFacetUrl } from './urls.ts';

export type AttacksView = {
  count: number;
  /** Entries whose last replay showed harm without the control, none with it, and honest use unharmed. */
  reproduced: number;
  kinds: {
    id: string;
    title: string;
    plural: string;
    meaning: string;
    count: number;
    url: string;
    /** The first of them; the page of the kind has all. */
    first: AttackLink[];
  }[];
  facets: { title: string; values: { title: string; url: string; count: number }[] }[];
  overTime: ReturnType<typeof attacksOverTime>;
};
export type AttackPageView = { view: AttackView; known: string[] };
export type AttackFacetView = {
  facet: string;
  title: string;
  meaning: string;
  url: string;
  /** Of a framework: its identifiers, and the entries tied to each. */
  identifiers: { id: string; attacks: { url: string; title: string }[] }[];
  /** By kind, as the page has them one below the other. */
  kinds: { id: string; plural: string; attacks: AttackLink[] }[];
  count: number;
};

/** Of each kind so many entries stand on the first page about attacks. */
const FIRST = 8;

export function attackPages(catalogue: CatalogueView): SitePage[] {
  const { attacks, attackEntries } = catalogue;
  const facets = attackFacets(attacks);
  const known = attacks.map(({ id }) => id);
  const index = attacksView(catalogue, facets);
  return [
    withTwins({ url: '/attacks', template: 'attacks/index', view: index }, () =>
      attacksTwin(index),
    ),
    ...attackEntries.map((entry): SitePage => {
      const view = attackView(catalogue, entry);
      return {
        url: view.url,
        template: 'attacks/[attack]',
        view: { view, known } satisfies AttackPageView,
        basis: [view, known, entry],
        files: [
          [`${view.url}.json`, () => printJson(attackTwin(entry, view))],
          [`${view.url}.md`, () => attackTwinMarkdown(entry, view)],
        ],
      };
    }),
    ...facets.flatMap((facet) =>
      facet.values.map((value): SitePage => {
        const view = facetView(facet, value);
        return withTwins({ url: value.url, template: 'attacks/by/[facet]/[value]', view }, () =>
          attackFacetTwin(view),
        );
      }),
    ),
  ];
}

function attacksView(
  { attacks, attackEntries }: CatalogueView,
  facets: readonly AttackFacet[],
): AttacksView {
  return {
    count: attacks.length,
    reproduced: attackEntries.filter(({ replay }) => replay !== undefined && isReproduced(replay))
      .length,
    kinds: kindsShown
      .map((id) => ({ id, those: attacksOfKind(attacks, id) }))
      .filter(({ those }) => those.length > 0)
      .map(({ id, those }) => ({
        id,
        ...kindWords[id],
        count: those.length,
        url: attackFacetUrl('kind', id),
        first: those.slice(0, FIRST).map(attackLink),
      })),
    // Kinds have parts of the page of their own.
    facets: facets
      .filter(({ id }) => id !== 'kind')
      .map(({ title, values }) => ({
        title,
        values: values.map((value) => ({
          title: value.title,
          url: value.url,
          count: value.attacks.length,
        })),
      })),
    overTime: attacksOverTime(attacks),
  };
}

function facetView(facet: AttackFacet, value: AttackFacet['values'][number]): AttackFacetView {
  const { title, meaning, url, attacks } = value;
  return {
    facet: facet.title,
    title,
    meaning,
    url,
    identifiers: facet.id === 'framework' ? identifiersOf(value.id, attacks) : [],
    kinds: kindsShown
      .map((id) => ({
        id,
        plural: kindWords[id].plural,
        attacks: attacksOfKind(attacks, id).map(attackLink),
      }))
      .filter((kind) => kind.attacks.length > 0),
    count: attacks.length,
  };
}

function identifiersOf(
  framework: string,
  attacks: readonly Attack[],
): AttackFacetView['identifiers'] {
  const found = new Map<string, { url: string; title: string }[]>();
  for (const attack of attacks)
    for (const mapping of attack.mappings)
      if (mapping.framework === framework) {
        const { url, title } = attackLink(attack);
        found.set(mapping.id, [...(found.get(mapping.id) ?? []), { url, title }]);
      }
  return [...found]
    .map(([id, those]) => ({ id, attacks: those }))
    .sort((a, b) => a.id.localeCompare(b.id, 'en', { numeric: true }));
}
