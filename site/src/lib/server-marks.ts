import { hash } from 'node:crypto';
import {
  type CatalogueEntry,
  type CatalogueTool,
  type HistoryEvent,
  type ServerRecord,
  signalsOf,
} from '@toolwarden/catalogue';
import { concerns } from './history-rows.ts';

/** By what a later build tells which of a server's tools are as they were. */
export type ServerMarks = {
  /** Of all that attacks are matched with: two builds by the same code find the same attacks where it is the same. */
  facts: string;
  /** In the order of the entry. */
  tools: ToolMark[];
};
/** `own` is of all that is known of a tool, what happened to it included; `facts` of what attacks are matched with. */
type ToolMark = { own: string; facts: string };

/** The marks of a server; what an earlier build knew of a tool that is the same is taken over. */
export function serverMarks(
  entry: CatalogueEntry,
  history: readonly HistoryEvent[],
  before?: ServerMarks,
): ServerMarks {
  const known = new Map(before?.tools.map((mark) => [mark.own, mark]));
  const tools = entry.tools.map((tool) => {
    const { name } = tool.definition;
    const isTold = history.some((event) => 'tool' in event && event.tool === name);
    const own = markOf(isTold ? [tool, history.filter((each) => concerns(each, name))] : tool);
    return known.get(own) ?? { own, facts: markOf(factsOf(tool)) };
  });
  return { facts: markOf([offersOf(entry.record), tools.map(({ facts }) => facts)]), tools };
}

// INVARIANT: what `attacksFor` and `attacksForServer` read of a tool and its server stands here or in `offersOf`.
function factsOf({ definition, judgement }: CatalogueTool): unknown {
  return [definition.name, judgement, signalsOf(definition)];
}

function offersOf({ id, prompts = [], resources = [] }: ServerRecord): unknown {
  return [id, prompts.length > 0, resources.length > 0];
}

function markOf(value: unknown): string {
  return hash('sha256', JSON.stringify(value), 'hex').slice(0, 32);
}
