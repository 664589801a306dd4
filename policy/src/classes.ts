import {
  assess,
  type Category,
  categories,
  type Digest,
  isJsonObject,
  own,
  type ToolDefinition,
  type Trait,
  toolDigest,
  traits,
} from '@toolwarden/catalogue';
import type { ClassKey } from './policy.ts';

/** What is held to be true of a tool: from the catalogue or the lock file, never from the server itself. */
export type ToolClass = {
  category: Category;
  traits: readonly Trait[];
  /** The definition that was judged; where it is not the one that is called, the tool counts as unclassified. */
  toolDigest?: Digest;
};

/** The classes of a tool, and those of them whose rules may allow it; rules of the others only restrict. */
export type ClassSet = {
  keys: ReadonlySet<ClassKey>;
  allowing: ReadonlySet<ClassKey>;
  /** False where nobody has judged the tool, so that it has every trait for rules that restrict. */
  isJudged: boolean;
};

// What nobody has judged may be anything, so every rule that restricts the dangerous classes applies to it.
const UNCLASSIFIED: ClassSet = {
  isJudged: false,
  allowing: new Set(),
  keys: new Set<ClassKey>([
    'category:Write',
    'category:Execute',
    'label:Destructive',
    'label:Financial',
    ...traits.map(({ id }) => `trait:${id}` as const),
    'level:Critical',
  ]),
};

/** The classes that a judgement gives a tool; label and level are computed, never taken from what is handed in. */
export function classSetOf(judgement: unknown, definition?: ToolDefinition): ClassSet {
  const read = readClass(judgement);
  if (read === undefined) return UNCLASSIFIED;
  const judged = own(judgement, 'toolDigest');
  if (judged !== undefined && definition !== undefined && judged !== digestOf(definition)) {
    return UNCLASSIFIED;
  }
  const { label, risk } = assess(read.category, read.traits);
  const allowing = new Set<ClassKey>([
    `category:${read.category}`,
    `label:${label}`,
    ...read.traits.map((trait) => `trait:${trait}` as const),
    `level:${risk}`,
  ]);
  // The label is one word, Financial before Destructive; a tool that is both must not slip past a rule against the other.
  return {
    isJudged: true,
    allowing,
    keys: read.traits.includes('destructive')
      ? new Set<ClassKey>([...allowing, 'label:Destructive'])
      : allowing,
  };
}

// Read by hand: the schema of a classification holds more than a decision needs, and a call may bring its own.
function readClass(judgement: unknown): { category: Category; traits: Trait[] } | undefined {
  if (!isJsonObject(judgement)) return undefined;
  const category = own(judgement, 'category');
  const listed = own(judgement, 'traits');
  if (!isOf(categories, category) || !Array.isArray(listed)) return undefined;
  const read = listed.filter((each) => isOf(traits, each));
  return read.length === listed.length ? { category, traits: read } : undefined;
}

const isOf = <Id extends string>(terms: readonly { id: Id }[], value: unknown): value is Id =>
  terms.some(({ id }) => id === value);

// INVARIANT: definitions are not changed in place, so a digest holds as long as its object lives.
const digests = new WeakMap<ToolDefinition, Digest>();

function digestOf(definition: ToolDefinition): Digest | undefined {
  const known = digests.get(definition);
  if (known !== undefined) return known;
  try {
    const digest = toolDigest(definition);
    digests.set(definition, digest);
    return digest;
  } catch {
    // A definition that cannot be printed cannot be the one that was judged.
    return undefined;
  }
}
