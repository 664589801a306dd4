import {
  canonicalJson,
  type HistoryEvent,
  type RecordedTool,
  type ServerRecord,
} from '@toolwarden/catalogue';

/**
 * What is new between two complete listings of one server, in the order of the tools' names. What shows only because it
 * was started in another way than before is no change of the server's.
 */
export function changesBetween(
  earlier: ServerRecord,
  later: ServerRecord,
  at: string,
): HistoryEvent[] {
  const base = { at, version: later.version };
  const isShared = sharedBy(earlier, later);
  const [before, after] = [earlier, later].map(({ tools }) => byName(tools.filter(isShared))) as [
    Map<string, RecordedTool[]>,
    Map<string, RecordedTool[]>,
  ];
  const names = [...new Set([...before.keys(), ...after.keys()])].sort();
  return [
    ...names.flatMap((name) => toolChanges(base, before.get(name), after.get(name))),
    ...instructionChange(base, earlier, later),
  ];
}

/** Changes without those that end a history already: a crawler killed before it wrote the record saw them first. */
export function withoutKnown(history: HistoryEvent[], changes: HistoryEvent[]): HistoryEvent[] {
  const words = (event: HistoryEvent) => canonicalJson({ ...event, at: '' });
  const [before, now] = [history.slice(-changes.length).map(words), changes.map(words)];
  for (let count = before.length; count > 0; count--) {
    if (before.slice(-count).every((event, index) => event === now[index]))
      return changes.slice(count);
  }
  return changes;
}

/** Whether a tool is listed under a configuration that both records have. */
function sharedBy(earlier: ServerRecord, later: ServerRecord): (tool: RecordedTool) => boolean {
  const names = new Set(earlier.configurations.map(({ name }) => name));
  const shared = later.configurations.map(({ name }) => name).filter((name) => names.has(name));
  if (shared.length === 0) return () => true;
  return ({ configurations }) => configurations.some((name) => shared.includes(name));
}

type Base = { at: string; version: string };

function byName(tools: RecordedTool[]): Map<string, RecordedTool[]> {
  return Map.groupBy(tools, ({ definition }) => definition.name);
}

function toolChanges(
  base: Base,
  before: RecordedTool[] = [],
  after: RecordedTool[] = [],
): HistoryEvent[] {
  const isIn = (list: RecordedTool[], { digest }: RecordedTool) =>
    list.some((tool) => tool.digest === digest);
  const gone = before.filter((tool) => !isIn(after, tool));
  const come = after.filter((tool) => !isIn(before, tool));
  // A name listed twice has several definitions; they are paired in order of digest, the rest came or went.
  return Array.from({ length: Math.max(gone.length, come.length) }, (_, index): HistoryEvent => {
    const [old, now] = [gone[index], come[index]];
    const tool = (old ?? now)?.definition.name as string;
    if (old && now)
      return {
        ...base,
        event: 'tool-changed',
        tool,
        oldDigest: old.digest,
        newDigest: now.digest,
        old: old.definition,
        new: now.definition,
      };
    return old
      ? { ...base, event: 'tool-removed', tool, oldDigest: old.digest, old: old.definition }
      : { ...base, event: 'tool-added', tool, newDigest: (now as RecordedTool).digest };
  });
}

function instructionChange(base: Base, earlier: ServerRecord, later: ServerRecord): HistoryEvent[] {
  if (earlier.instructionsDigest === later.instructionsDigest) return [];
  return [
    {
      ...base,
      event: 'instructions-changed',
      ...(earlier.instructionsDigest && { oldDigest: earlier.instructionsDigest }),
      ...(later.instructionsDigest && { newDigest: later.instructionsDigest }),
      ...(earlier.instructions !== undefined && { old: earlier.instructions }),
      ...(later.instructions !== undefined && { new: later.instructions }),
    },
  ];
}
