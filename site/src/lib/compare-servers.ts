import {
  type CatalogueEntry,
  type CatalogueTool,
  categories,
  type Level,
  levels,
  parametersOf,
  readTool,
  type Trait,
  traits,
} from '@toolwarden/catalogue';
import { type DiffPiece, textDiff } from './definition-changes.ts';

/** One thing that a server can do, and the tools of each that do it. */
type ComparedTrait = { trait: Trait; title: string; a: CatalogueTool[]; b: CatalogueTool[] };

type ComparedTool = {
  name: string;
  a: CatalogueTool | undefined;
  b: CatalogueTool | undefined;
  /** What differs, in words; only for tools that both have. */
  differences: string[];
  /** Their descriptions, where those differ, with what each alone says marked. */
  descriptions: { a: DiffPiece[]; b: DiffPiece[] } | undefined;
};

export type Comparison = {
  levels: { level: Level | undefined; a: number; b: number }[];
  categories: { category: string; a: number; b: number }[];
  traits: ComparedTrait[];
  /** Traits that only one of them has. */
  only: { a: string[]; b: string[] };
  /** Tools of one name first, then those that only one has. */
  tools: ComparedTool[];
};

/** What one server can do that the other cannot. */
export function compareServers(a: CatalogueEntry, b: CatalogueEntry): Comparison {
  const both = [a.tools, b.tools] as const;
  const count = (fits: (tool: CatalogueTool) => boolean) => {
    const [ofA, ofB] = both.map((tools) => tools.filter(fits).length);
    return { a: ofA ?? 0, b: ofB ?? 0 };
  };
  const compared = traits
    .map(({ id, title }): ComparedTrait => {
      const having = (tools: readonly CatalogueTool[]) =>
        tools.filter(({ judgement }) => judgement?.traits.includes(id));
      return { trait: id, title, a: having(a.tools), b: having(b.tools) };
    })
    .filter((each) => each.a.length + each.b.length > 0);
  const shown: (Level | undefined)[] = [...levels.map(({ id }) => id).reverse(), undefined];
  return {
    levels: shown.map((level) => ({ level, ...count((tool) => tool.judgement?.risk === level) })),
    categories: categories.map(({ id, title }) => ({
      category: title,
      ...count((tool) => tool.judgement?.category === id),
    })),
    traits: compared,
    only: {
      a: compared.filter((each) => each.b.length === 0).map(({ title }) => title),
      b: compared.filter((each) => each.a.length === 0).map(({ title }) => title),
    },
    tools: compareTools(a.tools, b.tools),
  };
}

function compareTools(a: readonly CatalogueTool[], b: readonly CatalogueTool[]): ComparedTool[] {
  const byName = (tools: readonly CatalogueTool[]) =>
    new Map(tools.map((tool) => [tool.definition.name, tool]));
  const [ofA, ofB] = [byName(a), byName(b)];
  const names = [...new Set([...ofA.keys(), ...ofB.keys()])].sort();
  const rows = names.map((name): ComparedTool => {
    const [one, other] = [ofA.get(name), ofB.get(name)];
    const differences = one && other ? differencesOf(one, other) : [];
    const descriptions = one && other ? describedOn(one, other) : undefined;
    return { name, a: one, b: other, differences, descriptions };
  });
  const place = ({ a: one, b: other }: ComparedTool) => (one && other ? 0 : one ? 1 : 2);
  return rows.sort((x, y) => place(x) - place(y));
}

/** Longer texts are not set side by side: the tools' own pages have them. */
const MAX_TEXT = 4000;

function describedOn(one: CatalogueTool, other: CatalogueTool): ComparedTool['descriptions'] {
  const [a = '', b = ''] = [one, other].map(({ definition }) => readTool(definition).description);
  if (a === b || a.length > MAX_TEXT || b.length > MAX_TEXT) return undefined;
  const pieces = textDiff(a, b);
  return {
    a: pieces.filter(({ kind }) => kind !== 'new'),
    b: pieces.filter(({ kind }) => kind !== 'gone'),
  };
}

function differencesOf(a: CatalogueTool, b: CatalogueTool): string[] {
  if (a.digest === b.digest) return [];
  const words: string[] = [];
  const [one, other] = [readTool(a.definition), readTool(b.definition)];
  if (one.description !== other.description) words.push('description');
  const [before, after] = [one, other].map(
    (tool) => new Map(parametersOf(tool).map((parameter) => [parameter.name, parameter])),
  );
  for (const name of new Set([...(before?.keys() ?? []), ...(after?.keys() ?? [])])) {
    const [left, right] = [before?.get(name), after?.get(name)];
    if (left === undefined) words.push(`argument ${name} only on the right`);
    else if (right === undefined) words.push(`argument ${name} only on the left`);
    else if (JSON.stringify(left) !== JSON.stringify(right)) words.push(`argument ${name}`);
  }
  return words.length > 0 ? words : ['definition'];
}
