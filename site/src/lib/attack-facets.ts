import {
  type Attack,
  type AttackKind,
  categories,
  controls,
  type Framework,
  facetsOf,
  frameworks,
  type Needs,
  traits,
} from '@toolwarden/catalogue';
import {
  caveatWords,
  gatewayWords,
  kindsShown,
  kindWords,
  scopeWords,
  verificationWords,
} from './attack-words.ts';
import { compareText } from './names.ts';
import { attackFacetUrl } from './urls.ts';

/** A value entries are listed under, on a page of its own. */
type FacetValue = {
  id: string;
  url: string;
  title: string;
  meaning: string;
  attacks: Attack[];
};
export type AttackFacet = { id: string; title: string; values: FacetValue[] };

type Source = {
  id: string;
  title: string;
  valuesOf: (attack: Attack) => readonly string[];
  words: (value: string) => { title: string; meaning: string };
  /** Values in this order; by text where there is none. */
  order?: readonly string[];
};
const termIn =
  (terms: readonly { id: string; title: string; meaning: string }[], before = '') =>
  (value: string) => {
    const term = terms.find(({ id }) => id === value);
    return { title: term?.title ?? value, meaning: `${before}${term?.meaning ?? ''}` };
  };
const wordsIn =
  (words: Record<string, { title: string; meaning: string }>) =>
  (value: string): { title: string; meaning: string } =>
    words[value] ?? { title: value, meaning: '' };

const sources: readonly Source[] = [
  {
    id: 'kind',
    title: 'Kind',
    valuesOf: (attack) => [attack.kind],
    words: (value) => {
      const { plural, meaning } = kindWords[value as AttackKind];
      return { title: plural, meaning };
    },
    order: kindsShown,
  },
  {
    id: 'gateway',
    title: 'What a policy can claim',
    valuesOf: (attack) => [facetsOf(attack).gateway],
    words: wordsIn(gatewayWords),
    order: Object.keys(gatewayWords),
  },
  {
    id: 'verification',
    title: 'How well it is known',
    valuesOf: (attack) => [facetsOf(attack).verification],
    words: wordsIn(verificationWords),
    order: Object.keys(verificationWords),
  },
  {
    id: 'caveat',
    title: 'To know before relying on it',
    valuesOf: (attack) => attack.caveats ?? [],
    words: wordsIn(caveatWords),
    order: Object.keys(caveatWords),
  },
  {
    id: 'scope',
    title: 'Where it belongs',
    valuesOf: (attack) => [facetsOf(attack).scope],
    words: wordsIn(scopeWords),
    order: Object.keys(scopeWords) as Needs['scope'][],
  },
  {
    id: 'control',
    title: 'What stops or bounds it',
    valuesOf: (attack) => facetsOf(attack).controls,
    words: termIn(controls),
  },
  {
    id: 'category',
    title: 'Category it needs',
    valuesOf: (attack) => facetsOf(attack).categories,
    words: termIn(categories, 'Needs a tool of this category. '),
  },
  {
    id: 'trait',
    title: 'Trait it needs',
    valuesOf: (attack) => facetsOf(attack).traits,
    words: termIn(traits, 'Needs a tool with this trait. '),
  },
  {
    id: 'framework',
    title: 'Framework',
    valuesOf: (attack) => facetsOf(attack).frameworks,
    words: (value) => ({
      title: value,
      meaning: `${frameworks[value as Framework].title}: entries tied to one of its identifiers.`,
    }),
  },
  {
    id: 'year',
    title: 'Year',
    valuesOf: (attack) => [facetsOf(attack).year].filter((year) => year !== undefined),
    words: (value) => ({
      title: value,
      meaning: `Happened, or where no source says when, was made public in ${value}.`,
    }),
  },
];

/** The facets of the attack database, each with the values that at least one entry has. */
export function attackFacets(attacks: readonly Attack[]): AttackFacet[] {
  return sources
    .map((source) => ({ id: source.id, title: source.title, values: valuesOf(source, attacks) }))
    .filter(({ values }) => values.length > 0);
}

function valuesOf(source: Source, attacks: readonly Attack[]): FacetValue[] {
  const found = new Map<string, Attack[]>();
  for (const attack of attacks)
    for (const value of source.valuesOf(attack))
      found.set(value, [...(found.get(value) ?? []), attack]);
  const place = (value: string) => source.order?.indexOf(value) ?? 0;
  return [...found]
    .sort(([a], [b]) => place(a) - place(b) || compareText(a, b))
    .map(([id, those]) => ({
      id,
      url: attackFacetUrl(source.id, id),
      ...source.words(id),
      attacks: those,
    }));
}
