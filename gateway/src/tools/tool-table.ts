import {
  type Digest,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  jsonDepth,
  own,
  type ToolDefinition,
  toolDigest,
} from '@toolwarden/catalogue';
import { type ArgumentCheck, compileArgumentCheck } from './argument-check.ts';
import { headerParameters } from './header-parameters.ts';
import { type CompiledOutput, compileOutputCheck } from './output-check.ts';

/** A tool that the server lists now. */
export type LiveTool = {
  readonly name: string;
  readonly definition: ToolDefinition;
  /** Of the definition as listed; computed when first asked for. */
  readonly digest: Digest;
  /** Judges arguments by the listed schema; made when first asked for. */
  readonly checkArguments: () => ArgumentCheck | Promise<ArgumentCheck>;
  /** Judges structured results by the listed schema; absent where the tool promises none. */
  readonly checkOutput?: () => CompiledOutput | Promise<CompiledOutput>;
};

/** A tool that was listed but does not exist for anybody. */
export type Withheld = { name: string; why: 'name' | 'duplicate' | 'definition' | 'header' };

/** The tools of one server: exactly those of its last listing. */
export type ToolTable = {
  get(name: string): LiveTool | undefined;
  /** Takes a whole listing; what was known before is forgotten. */
  replace(definitions: readonly JsonValue[]): Withheld[];
  readonly names: IterableIterator<string>;
};

/** The protocol's grammar; anything else could look like another name, or break a log line. */
const NAME = /^[A-Za-z0-9_.-]{1,128}$/;
const MAX_TOOLS = 5_000;
const MAX_DEPTH = 64;

/** Makes an empty table. */
export function createToolTable(): ToolTable {
  let tools = new Map<string, LiveTool>();
  return {
    get: (name) => tools.get(name),
    replace(definitions) {
      const { kept, withheld } = sortOut(definitions);
      tools = kept;
      return withheld;
    },
    get names() {
      return tools.keys();
    },
  };
}

function sortOut(definitions: readonly JsonValue[]) {
  const kept = new Map<string, LiveTool>();
  const withheld: Withheld[] = [];
  const seen = new Set<string>();
  for (const definition of definitions.slice(0, MAX_TOOLS)) {
    const name = own(definition, 'name');
    if (!isJsonObject(definition) || typeof name !== 'string' || !NAME.test(name)) {
      withheld.push({ name: typeof name === 'string' ? name.slice(0, 128) : '', why: 'name' });
    } else if (seen.has(name)) {
      // Nobody can say which of the two a call would reach, so neither is offered.
      kept.delete(name);
      withheld.push({ name, why: 'duplicate' });
    } else if (jsonDepth(definition, MAX_DEPTH) > MAX_DEPTH) {
      withheld.push({ name, why: 'definition' });
    } else if (typeof headerParameters(definition) === 'string') {
      withheld.push({ name, why: 'header' });
    } else {
      seen.add(name);
      kept.set(name, knownTool(name, definition as JsonObject & { name: string }));
    }
  }
  return { kept, withheld };
}

/** Thousands of sessions list the same tools; what was made of a definition once serves them all. */
const known = new Map<string, LiveTool>();
const MOST_KNOWN = 2_000;
const LONGEST_KNOWN = 16_384;

function knownTool(name: string, definition: ToolDefinition): LiveTool {
  const text = JSON.stringify(definition);
  if (text.length > LONGEST_KNOWN) return liveTool(name, definition);
  const found = known.get(text);
  const tool = found ?? liveTool(name, definition);
  // The one used last is forgotten last.
  known.delete(text);
  known.set(text, tool);
  const [oldest] = known.keys();
  if (known.size > MOST_KNOWN && oldest !== undefined) known.delete(oldest);
  return tool;
}

function liveTool(name: string, definition: ToolDefinition): LiveTool {
  let digest: Digest | undefined;
  return {
    name,
    definition,
    get digest() {
      digest ??= toolDigest(definition);
      return digest;
    },
    checkArguments: madeOnce(() => compileArgumentCheck(definition)),
    ...(own(definition, 'outputSchema') !== undefined && {
      checkOutput: madeOnce(() => compileOutputCheck(definition)),
    }),
  };
}

function madeOnce<Made>(make: () => Promise<Made>): () => Made | Promise<Made> {
  let held: { made: Made | Promise<Made> } | undefined;
  return () => {
    if (held === undefined) {
      const making = make().then((made) => {
        // From now on without a promise: it would cost a turn of the event loop for every call.
        held = { made };
        return made;
      });
      held = { made: making };
    }
    return held.made;
  };
}
