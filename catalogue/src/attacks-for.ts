import type { Attack } from './attack.ts';
import type { CatalogueEntry, CatalogueTool } from './entry.ts';
import { needPhrases, shortened } from './need-phrases.ts';
import type { ToolNeeds } from './needs.ts';
import { type FoundSignal, signalsOf } from './schema-signals.ts';
import { parseServerId } from './server-id.ts';
import { levels } from './taxonomy.ts';

/** An attack that applies, and why in one sentence part beginning with "because". */
export type ApplicableAttack<Of extends Attack = Attack> = { attack: Of; because: string };

/** What attacks are matched with: a tool's judgement and its signals. */
type ToolFacts = {
  name: string;
  judgement: CatalogueTool['judgement'];
  signals: ReadonlyMap<string, FoundSignal>;
};

// A tool's facts do not depend on the attack, and a database of two hundred entries asks for them each time.
const knownFacts = new WeakMap<CatalogueTool, ToolFacts>();

/** What attacks are matched with. */
function toolFacts(tool: CatalogueTool): ToolFacts {
  const before = knownFacts.get(tool);
  if (before !== undefined) return before;
  const facts: ToolFacts = {
    name: tool.definition.name,
    judgement: tool.judgement,
    signals: new Map(signalsOf(tool.definition).map((signal) => [signal.id, signal])),
  };
  knownFacts.set(tool, facts);
  return facts;
}

/** A term that was met. */
export type MetTerm = Exclude<ToolNeeds, { all: unknown } | { any: unknown } | { not: unknown }> & {
  shownBy?: string;
};

/**
 * The terms by which a tool meets an expression; `undefined` where it does not. A tool nobody has judged meets none:
 * its page says that it was not judged, which is not to be read as safe.
 */
function meets(tool: ToolFacts, needs: ToolNeeds): MetTerm[] | undefined {
  if (tool.judgement === undefined) return undefined;
  if ('all' in needs) {
    const met = needs.all.map((each) => meets(tool, each));
    return met.every((each) => each !== undefined) ? met.flat() : undefined;
  }
  if ('any' in needs) {
    for (const each of needs.any) {
      const met = meets(tool, each);
      if (met !== undefined) return met;
    }
    return undefined;
  }
  if ('not' in needs) return meets(tool, needs.not) === undefined ? [] : undefined;
  return meetsTerm(tool, tool.judgement, needs);
}

function meetsTerm(
  tool: ToolFacts,
  { category, label, risk, traits }: NonNullable<CatalogueTool['judgement']>,
  term: MetTerm,
): MetTerm[] | undefined {
  if ('category' in term) return term.category === category ? [term] : undefined;
  if ('label' in term) return term.label === label ? [term] : undefined;
  if ('level' in term) return term.level === risk ? [term] : undefined;
  if ('trait' in term) return traits.includes(term.trait) ? [term] : undefined;
  const found = tool.signals.get(term.signal);
  return found === undefined ? undefined : [{ ...term, shownBy: found.shownBy }];
}

/** The attacks that a tool's own capabilities allow, alone or together with other tools of its server, in the given order. */
export function attacksFor<Of extends Attack>(
  entry: CatalogueEntry,
  tool: CatalogueTool,
  attacks: readonly Of[],
): ApplicableAttack<Of>[] {
  const facts = toolFacts(tool);
  return attacks.flatMap((attack) => {
    const because = becauseOfTool(attack, facts, entry);
    return because === undefined ? [] : [{ attack, because }];
  });
}

function becauseOfTool(
  { needs }: Attack,
  tool: ToolFacts,
  entry: CatalogueEntry,
): string | undefined {
  if (needs.scope === 'stack' || needs.scope === 'product') return undefined;
  if (needs.scope === 'combination') return becauseOfParts(needs, tool, entry);
  const met = needs.tool === undefined ? undefined : meets(tool, needs.tool);
  return met === undefined ? undefined : `because it ${joined(needPhrases(met, 'does'))}`;
}

type Combination = Extract<Attack['needs'], { scope: 'combination' }>;

function becauseOfParts(
  { parts, listedOn }: Combination,
  tool: ToolFacts,
  entry: CatalogueEntry,
): string | undefined {
  const own = parts.map((part) => meets(tool, part));
  const isGiven = listedOn === 'first-part' ? own[0] !== undefined : own.some(Boolean);
  if (!isGiven) return undefined;
  const others = parts.map((part, index) =>
    own[index] === undefined ? serverHelper(entry, part) : undefined,
  );
  if (own.some((met, index) => met === undefined && others[index] === undefined)) return undefined;
  // Part by part: a category that alone gives its part is told, whatever gives the others.
  const does = joined([...new Set(own.flatMap((met) => needPhrases(met ?? [], 'does')))]);
  const can = others.flatMap((helper) =>
    helper === undefined ? [] : [`${joined(needPhrases(helper.met, 'can'))} (${helper.name})`],
  );
  return can.length === 0
    ? `because it alone ${does}`
    : `because it ${does}, and this server can also ${joined(can)}`;
}

type Helper = { name: string; met: MetTerm[]; rank: number };

/** The tool that shows best how a part is given: one that only reads, else the most dangerous, first by name. */
function helperFor(part: ToolNeeds, tools: readonly ToolFacts[]): Helper | undefined {
  let best: Helper | undefined;
  for (const tool of tools) {
    const met = meets(tool, part);
    if (met === undefined) continue;
    const rank = tool.judgement?.category === 'Read' ? levels.length : riskRank(tool);
    if (best === undefined || rank > best.rank) best = { name: shortened(tool.name), met, rank };
  }
  return best;
}

// A tool never helps itself: a part it gives needs no helper. So a server has one helper a part, whoever asks.
const helpers = new WeakMap<CatalogueEntry, Map<ToolNeeds, Helper | undefined>>();

function serverHelper(entry: CatalogueEntry, part: ToolNeeds): Helper | undefined {
  const known = helpers.get(entry) ?? new Map<ToolNeeds, Helper | undefined>();
  helpers.set(entry, known);
  if (!known.has(part)) known.set(part, helperFor(part, entry.tools.map(toolFacts)));
  return known.get(part);
}

function riskRank({ judgement }: ToolFacts): number {
  return levels.findIndex(({ id }) => id === judgement?.risk);
}

/** The attacks that apply to a server as a whole: those on any such server, and those its tools allow together. */
export function attacksForServer<Of extends Attack>(
  entry: CatalogueEntry,
  attacks: readonly Of[],
): ApplicableAttack<Of>[] {
  const tools = entry.tools.map(toolFacts);
  return attacks.flatMap((attack) => {
    const because = becauseHere(attack, entry, tools);
    return because === undefined ? [] : [{ attack, because }];
  });
}

function becauseHere(
  attack: Attack,
  entry: CatalogueEntry,
  tools: readonly ToolFacts[],
): string | undefined {
  const { needs } = attack;
  if (needs.scope === 'server') return becauseOfServer(needs, entry);
  if (needs.scope === 'combination') return becauseOfTools(needs.parts, tools, 'this server can');
  const isProduct = needs.scope === 'product' && needs.servers?.includes(entry.record.id);
  return isProduct ? becauseOfProduct(attack) : undefined;
}

const ORIGIN_WORDS = {
  npm: 'it is a package that runs on your machine',
  registry: 'it comes from a public registry',
  url: 'it is reached over the network',
  config: 'it is started from a local configuration',
} as const;

function becauseOfServer(
  needs: Extract<Attack['needs'], { scope: 'server' }>,
  { record }: CatalogueEntry,
): string | undefined {
  const parsed = parseServerId(record.id);
  if (!parsed.ok) return undefined;
  if (needs.origins !== undefined && !needs.origins.includes(parsed.origin)) return undefined;
  if (needs.offers !== undefined && (record[needs.offers]?.length ?? 0) === 0) return undefined;
  const offer = needs.offers === undefined ? undefined : `it offers ${needs.offers}`;
  const origin = needs.origins === undefined ? undefined : ORIGIN_WORDS[parsed.origin];
  const words = [origin, offer].filter((each) => each !== undefined);
  return words.length === 0
    ? 'because it can happen with any server'
    : `because ${words.join(' and ')}`;
}

// A page shows one version and an entry names others, so the sentence says which, and leaves the comparison to the reader.
function becauseOfProduct({ affected }: Attack): string {
  const [{ versions, fixed } = {}] = affected;
  const words = [
    versions === undefined ? undefined : `versions ${versions}`,
    fixed === undefined ? undefined : `repaired in ${fixed}`,
  ].filter((each) => each !== undefined);
  return `because it was found in this server${words.length === 0 ? '' : ` (${words.join('; ')})`}`;
}

/** The attacks that several servers of one agent allow only together; tools are named `server: tool`. */
export function attacksForStack<Of extends Attack>(
  entries: readonly CatalogueEntry[],
  attacks: readonly Of[],
): ApplicableAttack<Of>[] {
  const servers = entries.map(({ record, tools }) =>
    tools.map((tool) => ({ ...toolFacts(tool), name: `${record.id}: ${tool.definition.name}` })),
  );
  return attacks.flatMap((attack) => {
    const { needs } = attack;
    if (needs.scope === 'stack')
      return [{ attack, because: 'because it does not depend on a single server' }];
    if (needs.scope !== 'combination') return [];
    const isWithinOne = servers.some(
      (tools) => becauseOfTools(needs.parts, tools, '') !== undefined,
    );
    const because = becauseOfTools(needs.parts, servers.flat(), 'these servers together can');
    return isWithinOne || because === undefined ? [] : [{ attack, because }];
  });
}

function becauseOfTools(
  parts: readonly ToolNeeds[],
  tools: readonly ToolFacts[],
  opening: string,
): string | undefined {
  const found = parts.map((part) => helperFor(part, tools));
  if (found.some((helper) => helper === undefined)) return undefined;
  const words = found.map(
    (helper) => `${joined(needPhrases(helper?.met ?? [], 'can'))} (${helper?.name})`,
  );
  return `because ${opening} ${joined(words)}`;
}

function joined(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
