import { type HistoryEvent, readTool, type ToolDefinition } from '@toolwarden/catalogue';
import { changedKeys } from './change-lines.ts';
import {
  type ChangedValue,
  changedValues,
  type DiffPiece,
  textDiff,
} from './definition-changes.ts';

/** One line of a tool's history, the newest first. */
export type HistoryRow = {
  /** Day of the listing that saw it, in UTC. */
  day: string;
  version: string;
  /** What happened, in words: `Added`, `Changed: description, inputSchema`. */
  what: string;
  digest: string | undefined;
  /** The description before and after, where that changed. */
  words: DiffPiece[] | undefined;
  /** Every other value that differs. */
  values: ChangedValue[];
};

/** What is known of a tool's definition over time. A server that vanished or came back is part of it. */
export function historyRows(events: readonly HistoryEvent[], tool: string): HistoryRow[] {
  return events
    .filter((event) => concerns(event, tool))
    .flatMap((event) => rowOf(event) ?? [])
    .toReversed();
}

/** Whether a tool's page tells of it: it is about the tool, or about its whole server. */
export function concerns(event: HistoryEvent, tool: string): boolean {
  return !('tool' in event) || event.tool === tool;
}

function rowOf(event: HistoryEvent): HistoryRow | undefined {
  const row = { day: event.at.slice(0, 10), version: event.version, words: undefined, values: [] };
  switch (event.event) {
    case 'tool-added':
      return { ...row, what: 'Added', digest: event.newDigest };
    case 'tool-removed':
      return { ...row, what: 'Removed', digest: event.oldDigest };
    case 'tool-changed': {
      const fields = changedKeys(event.old, event.new);
      const isReworded = fields.includes('description');
      return {
        ...row,
        what: `Changed: ${fields.join(', ')}`,
        digest: event.newDigest,
        words: isReworded ? textDiff(textIn(event.old), textIn(event.new)) : undefined,
        values: changedValues(event.old, event.new),
      };
    }
    case 'server-gone':
      return { ...row, what: 'The server was no longer at its source', digest: undefined };
    case 'server-back':
      return { ...row, what: 'The server was there again', digest: undefined };
    default:
      return undefined;
  }
}

function textIn(definition: ToolDefinition): string {
  return readTool(definition).description ?? '';
}
