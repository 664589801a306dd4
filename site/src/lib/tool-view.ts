import {
  type CatalogueEntry,
  type CatalogueTool,
  type Category,
  type Confidence,
  categories,
  displayName,
  type HistoryEvent,
  type Label,
  type Level,
  type Parameter,
  parametersOf,
  readTool,
  reviewReasons,
  riskRows,
  serverWords,
  type Trait,
  traits,
} from '@toolwarden/catalogue';
import { heldArguments } from '@toolwarden/policy';
import { type AnnotationRow, annotationRows } from './annotation-rows.ts';
import { type ArgumentRow, argumentRows } from './argument-rows.ts';
import {
  type ArgumentOwner,
  type ArgumentSignal,
  argumentSignals,
  signalsOf,
} from './argument-signals.ts';
import { type AttackLine, attackLines } from './attack-lines.ts';
import type { CatalogueView } from './catalogue-view.ts';
import { definitionTokens } from './definition-tokens.ts';
import { locateEvidence, type Quote } from './evidence.ts';
import { type HistoryRow, historyRows } from './history-rows.ts';
import { type JsonToken, joinTokens, jsonTokens } from './json-tokens.ts';
import { definitionSince, type Listings } from './listing-dates.ts';
import { type Fact, provenanceOf } from './provenance.ts';
import { relatedHere, sameActElsewhere } from './related-tools.ts';
import type { CountTokens } from './token-count.ts';
import { asLink, type ToolLink } from './tool-link.ts';
import { serverUrl, toolUrl } from './urls.ts';

/** A term of the taxonomy with the words that show it. */
type JudgedFact = { id: string; title: string; meaning: string; quotes: Quote[] };

/** Everything a tool's page shows, and its twins with it. */
export type ToolView = {
  url: string;
  name: string;
  title: string | undefined;
  description: string | undefined;
  server: { name: string; url: string; id: string; isGone: boolean; toolCount: number };
  level: Level | undefined;
  label: Label | undefined;
  category: Category | undefined;
  traits: readonly (typeof traits)[number][];
  confidence: Confidence | undefined;
  rationale: string | undefined;
  review: { title: string; meaning: string }[];
  correction: { by: string; on: string; reason: string; computed: Level | undefined } | undefined;
  /** A person's answer for an earlier definition: shown, but it does not count. */
  staleCorrection: { by: string; on: string; reason: string } | undefined;
  /** What the schema lets a caller choose, with the arguments that do. */
  signals: { signal: ArgumentSignal; names: string[] }[];
  rows: { id: string; condition: string; level: Level }[];
  facts: JudgedFact[];
  arguments: ArgumentRow[];
  annotations: AnnotationRow[];
  definition: JsonToken[];
  attacks: AttackLine[];
  /** The day since which the tool is listed with this very definition, where that is known. */
  since: string | undefined;
  provenance: Fact[];
  /** The day of the last listing, where that is long ago. */
  oldListing: string | undefined;
  history: HistoryRow[];
  /** Tokens of the definition, and their share of a window of 200,000. */
  tokens: { count: number; share: string };
  configurations: { all: number; used: string[] };
  here: ToolLink[];
  elsewhere: ToolLink[];
};

/** A tool with its server and its address. */
export type ToolRef = { entry: CatalogueEntry; tool: CatalogueTool; url: string };

/** What a tool's view is made from besides its server. */
export type Around = Pick<CatalogueView, 'acts' | 'attacks'> & {
  countTokens: CountTokens;
  /** When servers were listed, where the crawls' account is at hand. */
  listings?: Listings;
};

/** The view of one tool: a function of its server, the attack database, and the tools elsewhere that do the same. */
export function toolView(
  { acts, attacks, countTokens, listings }: Around,
  { entry, tool, url }: ToolRef,
  history: readonly HistoryEvent[],
): ToolView {
  const { judgement, classification, correction, staleCorrection } = tool;
  const known = readTool(tool.definition);
  const dates = listings?.get(entry.record.id);
  const since = definitionSince(tool, history, dates);
  const located = locateEvidence(
    tool.definition,
    serverWords(entry.record),
    classification?.evidence ?? [],
  );
  const owner = {
    name: known.name,
    category: judgement?.category,
    isSending: judgement?.traits.includes('communicates_externally') ?? false,
    held: heldArguments(tool),
  };
  const traitsHeld = traits.filter(({ id }) => judgement?.traits.includes(id));
  return {
    url,
    name: known.name,
    title: known.title,
    description: known.description,
    server: {
      name: displayName(entry.record),
      url: serverUrl(entry.slug),
      id: entry.record.id,
      isGone: entry.record.isGone === true,
      toolCount: entry.tools.length,
    },
    level: judgement?.risk,
    label: judgement?.label,
    category: judgement?.category,
    traits: traitsHeld,
    confidence: classification?.confidence,
    rationale: classification?.rationale,
    review: reviewReasons.filter(({ id }) => classification?.review.includes(id)),
    correction: correction && { ...correction, computed: classification?.risk },
    staleCorrection,
    signals: signalsOfTool(parametersOf(known), owner),
    rows: rowsOf(tool),
    facts: factsOf(tool, located.quotes),
    arguments: argumentRows(known, owner),
    annotations: annotationRows(tool),
    definition: joinTokens(jsonTokens(inReadingOrder(tool), located.marks)),
    attacks: attackLines(entry, tool, attacks),
    since,
    provenance: provenanceOf(entry, tool, since),
    oldListing: dates?.isOld ? dates.last : undefined,
    tokens: tokensOf(tool, countTokens),
    configurations: { all: entry.record.configurations.length, used: tool.configurations },
    history: historyRows(history, known.name),
    here: relatedHere(entry, tool).map((other) =>
      linkTo({ entry, tool: other, url: toolUrl(entry.slug, other.slug) }),
    ),
    elsewhere: sameActElsewhere(acts, { name: known.name, serverId: entry.record.id }).map(asLink),
  };
}

/** The line of a tool in a list. */
export function linkTo({ entry, tool, url }: ToolRef): ToolLink {
  return {
    name: tool.definition.name,
    url,
    level: tool.judgement?.risk,
    label: tool.judgement?.label,
    serverName: displayName(entry.record),
  };
}

function signalsOfTool(parameters: Parameter[], owner: ArgumentOwner): ToolView['signals'] {
  const found = parameters.map(({ name, schema }) => ({
    name,
    signals: signalsOf({ name, schema }, owner),
  }));
  return argumentSignals
    .map((signal) => ({
      signal,
      names: found.filter(({ signals }) => signals.includes(signal)).map(({ name }) => name),
    }))
    .filter(({ names }) => names.length > 0);
}

function rowsOf({ judgement }: CatalogueTool): ToolView['rows'] {
  const isContained = judgement?.traits.includes('contained') ?? false;
  return riskRows
    .filter(({ id }) => judgement?.riskRows.includes(id))
    .map((row) => ({
      id: row.id,
      condition: row.condition,
      level: isContained && 'contained' in row ? row.contained : row.level,
    }));
}

function factsOf(
  { judgement }: CatalogueTool,
  quotes: Map<'category' | Trait, Quote[]>,
): JudgedFact[] {
  if (judgement === undefined) return [];
  const category = {
    id: 'category',
    title: `Category ${judgement.category}`,
    meaning: categories.find(({ id }) => id === judgement.category)?.meaning ?? '',
    quotes: quotes.get('category') ?? [],
  };
  const held = traits.filter(({ id }) => judgement.traits.includes(id));
  return [category, ...held.map((trait) => ({ ...trait, quotes: quotes.get(trait.id) ?? [] }))];
}

const WINDOW = 200_000;

function tokensOf(tool: CatalogueTool, countTokens: CountTokens): ToolView['tokens'] {
  const count = definitionTokens(tool, countTokens);
  return { count, share: `${((100 * count) / WINDOW).toFixed(2)} %` };
}

const FIRST = ['name', 'title', 'description', 'inputSchema', 'outputSchema', 'annotations'];

// Records sort their keys; people read a name before its annotations.
function inReadingOrder({ definition }: CatalogueTool) {
  const keys = Object.keys(definition);
  const ordered = [
    ...FIRST.filter((key) => keys.includes(key)),
    ...keys.filter((key) => !FIRST.includes(key)),
  ];
  return Object.fromEntries(ordered.map((key) => [key, definition[key] ?? null]));
}
