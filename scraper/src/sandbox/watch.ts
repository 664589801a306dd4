import { readdirSync, readFileSync } from 'node:fs';
import type { ProcessLimits } from './sandbox.ts';

/** What one process says about itself in `/proc/<pid>/stat`. */
type ProcessFigures = { pid: number; parent: number; rssBytes: number; cpuSeconds: number };

const PAGE_BYTES = 4096;
const TICKS_PER_SECOND = 100;

/** All processes that descend from one, itself included; a process that left its parent is not found. */
export function processTree(root: number): ProcessFigures[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => figuresOf(Number(name)))
    .filter((figures) => figures !== undefined);
  const members = new Set([root]);
  // Children have no lower place than their parents in most lists, but ids wrap round: repeat until nothing is new.
  for (let before = 0; before !== members.size; ) {
    before = members.size;
    for (const { pid, parent } of all) if (members.has(parent)) members.add(pid);
  }
  return all.filter(({ pid }) => members.has(pid));
}

export function figuresOf(pid: number): ProcessFigures | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // The command name before the last `)` is the program's own choice and may hold spaces and brackets.
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const [parent, user, system, childUser, childSystem, pages] = [1, 11, 12, 13, 14, 21].map(
    (index) => fields[index] ?? 0,
  ) as [number, number, number, number, number, number];
  return {
    pid,
    parent,
    rssBytes: pages * PAGE_BYTES,
    cpuSeconds: (user + system + childUser + childSystem) / TICKS_PER_SECOND,
  };
}

/** Which limit a set of processes is over, in words; undefined while it is within them. */
export function limitExceeded(
  figures: ProcessFigures[],
  limits: ProcessLimits,
): string | undefined {
  const sum = (of: (figures: ProcessFigures) => number) =>
    figures.reduce((total, one) => total + of(one), 0);
  if (sum(({ rssBytes }) => rssBytes) > limits.memoryBytes)
    return `memory over ${limits.memoryBytes / 1024 ** 2} MiB`;
  if (figures.length > limits.processes) return `more than ${limits.processes} processes`;
  if (sum(({ cpuSeconds }) => cpuSeconds) > limits.cpuSeconds)
    return `more than ${limits.cpuSeconds} s of processor time`;
  return undefined;
}
