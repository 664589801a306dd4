import type { CatalogueEntry, CatalogueTool, JsonObject } from '@toolwarden/catalogue';
import {
  type CompiledPolicy,
  type Counters,
  createMemoryCounters,
  createRunner,
  type Decision,
  explain,
} from '@toolwarden/policy';

/** One call that was tried, and what the engine made of it. */
export type TriedCall = {
  number: number;
  at: number;
  server: string;
  tool: string;
  arguments: JsonObject;
  decision: Decision;
  words: { forPerson: string; forAgent: string };
  isApproved: boolean;
};

type Asked = { entry: CatalogueEntry; tool: CatalogueTool; arguments: JsonObject; at: number };

/**
 * Calls tried one after the other, as the gateway would judge them: what is allowed is charged, and leaves its marks for
 * flow rules, also where the policy is edited between two calls. Nothing is called.
 */
export class Trial {
  readonly #counters: Counters = createMemoryCounters();
  #last = 0;

  try(policy: CompiledPolicy, asked: Asked, { isApproved = false } = {}): TriedCall {
    const { entry, tool, at } = asked;
    const call = {
      server: entry.record.id,
      tool: tool.definition.name,
      arguments: asked.arguments,
      grant: 'trial',
    };
    const { judgement, definition, digest } = tool;
    const decision = createRunner(
      policy,
      this.#counters,
    )({
      ...call,
      at,
      definition,
      isApproved,
      ...(judgement && {
        classification: {
          category: judgement.category,
          traits: judgement.traits,
          toolDigest: digest,
        },
      }),
    });
    this.#last += 1;
    return {
      number: this.#last,
      at,
      server: call.server,
      tool: call.tool,
      arguments: asked.arguments,
      decision,
      words: explain(decision, call),
      isApproved,
    };
  }
}

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
] as const;

/** A time since the start, as a person says it: `1 d 2 h`. */
export function elapsedWords(ms: number): string {
  let rest = ms;
  const parts = UNITS.flatMap(([unit, length]) => {
    const count = Math.floor(rest / length);
    rest -= count * length;
    return count > 0 ? [`${count} ${unit}`] : [];
  });
  return parts.join(' ') || '0 s';
}
