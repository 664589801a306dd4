import {
  categories,
  type Needs,
  schemaSignals,
  type ToolNeeds,
  traits,
} from '@toolwarden/catalogue';
import { scopeWords } from './attack-words.ts';

/** What an attack needs, for reading: where it belongs, and its conditions one by one. */
export type NeedsWords = { title: string; meaning: string; conditions: string[] };

export function needsWords(needs: Needs): NeedsWords {
  return { ...scopeWords[needs.scope], conditions: conditionsOf(needs) };
}

const ORIGINS = {
  npm: 'an npm package',
  registry: 'an entry of a public registry',
  url: 'reached at an address',
  config: 'started from a local configuration',
} as const;

function conditionsOf(needs: Needs): string[] {
  if (needs.scope === 'stack') return [];
  if (needs.scope === 'product')
    return (needs.servers ?? []).map((id) => `The server is ${id}, in an affected version.`);
  if (needs.scope === 'tool')
    return topOf(needs.tool).map((each) => `The tool ${expression(each)}.`);
  if (needs.scope === 'combination')
    return needs.parts.map((part, index) => `Part ${index + 1}: a tool that ${expression(part)}.`);
  const { origins, offers, tool } = needs;
  return [
    ...(origins
      ? [
          `The server is ${listed(
            origins.map((id) => ORIGINS[id]),
            'or',
          )}.`,
        ]
      : []),
    ...(offers ? [`The server offers ${offers}.`] : []),
    ...(tool ? [`Listed also on each tool that ${expression(tool)}.`] : []),
  ];
}

// What must all hold reads best one below the other.
function topOf(needs: ToolNeeds): ToolNeeds[] {
  return 'all' in needs ? needs.all : [needs];
}

/** Words that follow "a tool that". */
function expression(needs: ToolNeeds, isInner = false): string {
  if ('all' in needs || 'any' in needs) {
    const isAll = 'all' in needs;
    const parts = isAll ? needs.all : needs.any;
    const words = listed(
      parts.map((each) => expression(each, parts.length > 1)),
      isAll ? 'and' : 'or',
    );
    return isInner && parts.length > 1 ? `(${words})` : words;
  }
  if ('not' in needs) return `is not one that ${expression(needs.not, true)}`;
  if ('category' in needs)
    return `is of category ${categories.find(({ id }) => id === needs.category)?.title ?? needs.category}`;
  if ('label' in needs) return `is labelled ${needs.label}`;
  if ('level' in needs) return `is of level ${needs.level}`;
  if ('trait' in needs)
    return `has the trait “${traits.find(({ id }) => id === needs.trait)?.title ?? needs.trait}”`;
  return schemaSignals.find(({ id }) => id === needs.signal)?.does ?? needs.signal;
}

function listed(words: readonly string[], last: 'and' | 'or'): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`;
}
