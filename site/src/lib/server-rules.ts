import { hash } from 'node:crypto';
import { type CatalogueEntry, type CatalogueTool, escapePointer } from '@toolwarden/catalogue';
import { type Profile, profiles, type ToolRule, toolRule } from '@toolwarden/policy';
import type { ServerMarks } from './server-marks.ts';
import { serverUrl } from './urls.ts';

/** What a whole server's policy is put together from. */
export type RuleOf = (tool: CatalogueTool, profile: Profile) => ToolRule | undefined;

/** A reason by its place in the rule, and its sentence by number: most sentences stand in the rules of many tools. */
type KeptReason = [place: string, sentence: number];
type KeptRule = [rule: ToolRule['rule'], unbounded: number, reasons: KeptReason[]];
/** The rules of a server's tools as a build leaves them for the next one: by the mark of the tool, in the order of the profiles. */
export type KeptRules = { sentences: string[]; tools: [own: string, rules: (KeptRule | null)[]][] };

/** Where it lies. It begins with a dot: not served. */
export function keptRulesUrl(slug: string): string {
  return `${serverUrl(slug)}/.rules.json`;
}

/** The text of what is kept; it says what it is itself, so that no more than that is believed. */
export function printKeptRules(kept: KeptRules): string {
  const text = JSON.stringify(kept);
  return `${startOf(text)}${text}}`;
}

/** What such a text says; `undefined` where it is not whole, or was changed. */
export function readKeptRules(text: string): KeptRules | undefined {
  const kept = text.slice(startOf('').length, -1);
  return text === `${startOf(kept)}${kept}}` ? (JSON.parse(kept) as KeptRules) : undefined;
}

const startOf = (text: string) => `{"digest":"${hash('sha256', text)}","rules":`;

/** The rules of a server's tools; those of a tool that is as it was are taken from what an earlier build kept. */
export function serverRules(
  { tools }: CatalogueEntry,
  marks: ServerMarks,
  before?: KeptRules,
): { ruleOf: RuleOf; keep: () => KeptRules } {
  const known = new Map(before?.tools);
  const sentences = before?.sentences ?? [];
  const markOf = new Map(tools.map((tool, index) => [tool, marks.tools[index]?.own ?? '']));
  const made = new Map<CatalogueTool, (ToolRule | undefined)[]>();
  const rulesOf = (tool: CatalogueTool) => {
    const kept = known.get(markOf.get(tool) ?? '');
    const rules =
      made.get(tool) ??
      profiles.map((profile, index) =>
        kept === undefined
          ? toolRule(tool, profile)
          : unpacked(kept[index] ?? null, tool, sentences),
      );
    made.set(tool, rules);
    return rules;
  };
  return {
    ruleOf: (tool, profile) => rulesOf(tool)[profiles.indexOf(profile)],
    keep() {
      const numbers = new Map<string, number>();
      const packed = tools.map((tool): KeptRules['tools'][number] => [
        markOf.get(tool) ?? '',
        rulesOf(tool).map((rule) => pack(rule, tool, numbers)),
      ]);
      return { sentences: [...numbers.keys()], tools: packed };
    },
  };
}

function pack(
  made: ToolRule | undefined,
  tool: CatalogueTool,
  numbers: Map<string, number>,
): KeptRule | null {
  if (made === undefined) return null;
  const { length } = baseOf(tool);
  return [
    made.rule,
    made.unbounded,
    made.rules.map(({ pointer, why }) => {
      const number = numbers.get(why) ?? numbers.size;
      numbers.set(why, number);
      return [pointer.slice(length), number];
    }),
  ];
}

function unpacked(
  kept: KeptRule | null,
  tool: CatalogueTool,
  sentences: readonly string[],
): ToolRule | undefined {
  if (kept === null) return undefined;
  const [rule, unbounded, reasons] = kept;
  const base = baseOf(tool);
  return {
    rule,
    unbounded,
    rules: reasons.map(([place, sentence]) => ({
      pointer: `${base}${place}`,
      why: sentences[sentence] ?? '',
    })),
  };
}

function baseOf({ definition }: CatalogueTool): string {
  return `/tools/${escapePointer(definition.name)}`;
}
