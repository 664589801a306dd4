import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** A kernel control group around one confined program: the only limit on memory that binds at once. */
export type ControlGroup = {
  add: (pid: number) => void;
  pids: () => number[];
  /** Kills all that is in it at once, where the kernel can; elsewhere the caller has {@link pids}. */
  kill: () => void;
  /** Whether the kernel killed something in it for want of memory. */
  hasRunOutOfMemory: () => boolean;
  remove: () => Promise<void>;
};

type Limits = { memoryBytes: number; tasks: number };
/** Where the kernel shows its groups, and which of them is ours. */
type Kernel = { root: string; self: string };
const KERNEL: Kernel = { root: '/sys/fs/cgroup', self: '/proc/self/cgroup' };

/** A folder to make groups in. What is best effort may be absent without harm to the limit. */
type Hierarchy = {
  dir: string;
  limits: [file: string, value: string][];
  bestEffort: [file: string, value: string][];
};

const PREFIX = 'toolwarden-';
let count = 0;

/** Makes a group, or gives undefined where this machine does not let us: then the watcher alone has to do. */
export function createControlGroup(
  limits: Limits,
  kernel: Kernel = KERNEL,
): ControlGroup | undefined {
  const hierarchies = version2(limits, kernel) ?? version1(limits, kernel);
  if (count === 0) for (const { dir } of hierarchies) removeLeftovers(dir);
  const name = `${PREFIX}${process.pid}-${++count}`;
  const made = hierarchies.filter((one) => make(one, name)).map(({ dir }) => `${dir}/${name}`);
  const memory = made.find((group) => group.startsWith(`${hierarchies[0]?.dir}/`));
  if (memory === undefined) {
    for (const group of made) removeNow(group);
    return undefined;
  }
  return {
    add: (pid) => {
      for (const group of made) writeFileSync(`${group}/cgroup.procs`, String(pid));
    },
    pids: () => lines(`${memory}/cgroup.procs`).map(Number),
    kill: () => {
      if (existsSync(`${memory}/cgroup.kill`)) attempt(`${memory}/cgroup.kill`, '1');
    },
    hasRunOutOfMemory: () =>
      [...lines(`${memory}/memory.oom_control`), ...lines(`${memory}/memory.events`)].some((line) =>
        /^oom_kill [1-9]/.test(line),
      ),
    remove: async () => {
      // The kernel lets a group go only some moments after its last process.
      for (let left = 40; left > 0 && made.some((group) => !removeNow(group)); left--)
        await sleep(50);
    },
  };
}

function make({ dir, limits, bestEffort }: Hierarchy, name: string): boolean {
  const group = `${dir}/${name}`;
  try {
    mkdirSync(group);
    for (const [file, value] of limits) writeFileSync(`${group}/${file}`, value);
  } catch {
    removeNow(group);
    return false;
  }
  for (const [file, value] of bestEffort) attempt(`${group}/${file}`, value);
  return true;
}

/** One tree for all kinds of limit: its top where we may write there, else the part that was handed to us. */
function version2(limits: Limits, kernel: Kernel): Hierarchy[] | undefined {
  if (!existsSync(`${kernel.root}/cgroup.controllers`)) return undefined;
  const own = lines(kernel.self)
    .find((line) => line.startsWith('0::/'))
    ?.slice('0::'.length);
  const ours = own === undefined ? [] : [`${kernel.root}${own}`.replace(/\/$/, '')];
  const dir = [...new Set([kernel.root, ...ours])].find(handsOut);
  if (dir === undefined) return [];
  return [
    {
      dir,
      limits: [
        ['memory.max', String(limits.memoryBytes)],
        ['pids.max', String(limits.tasks)],
      ],
      bestEffort: [
        // Else the limit would only move the rest to the swap.
        ['memory.swap.max', '0'],
        // Half a server is of no use.
        ['memory.oom.group', '1'],
      ],
    },
  ];
}

const WANTED = ['memory', 'pids'];

/** Whether a group's children can have limits, after asking for that where it is not so yet. */
function handsOut(dir: string): boolean {
  const control = `${dir}/cgroup.subtree_control`;
  if (!isWritable(control)) return false;
  const words = (file: string) => lines(file).flatMap((line) => line.split(' '));
  const missing = (file: string) => WANTED.filter((word) => !words(file).includes(word));
  const wanted = missing(control);
  if (wanted.length === 0) return true;
  if (missing(`${dir}/cgroup.controllers`).length > 0) return false;
  const order = wanted.map((word) => `+${word}`).join(' ');
  // A group with limited children may hold no process itself. Ours may step aside, strangers' may not be moved.
  return attempt(control, order) || (stepAside(dir) && attempt(control, order));
}

function stepAside(dir: string): boolean {
  const pids = lines(`${dir}/cgroup.procs`).map(Number);
  const family = ancestors();
  if (!pids.every((pid) => family.has(pid))) return false;
  const leaf = `${dir}/${PREFIX}crawler`;
  try {
    if (!existsSync(leaf)) mkdirSync(leaf);
  } catch {
    return false;
  }
  return pids.every((pid) => attempt(`${leaf}/cgroup.procs`, String(pid)));
}

/** This process and those that started it, such as `npx` and a shell. */
function ancestors(): Set<number> {
  const family = new Set<number>();
  for (let pid = process.pid; pid > 0 && !family.has(pid); ) {
    family.add(pid);
    const [stat = ''] = lines(`/proc/${pid}/stat`);
    pid = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] ?? 0);
  }
  return family;
}

/** A tree for each kind of limit. */
function version1({ memoryBytes, tasks }: Limits, { root }: Kernel): Hierarchy[] {
  const memory = `${root}/memory`;
  if (!isWritable(memory)) return [];
  return [
    {
      dir: memory,
      limits: [['memory.limit_in_bytes', String(memoryBytes)]],
      bestEffort: [['memory.memsw.limit_in_bytes', String(memoryBytes)]],
    },
    { dir: `${root}/pids`, limits: [['pids.max', String(tasks)]], bestEffort: [] },
  ].filter(({ dir }) => isWritable(dir)) as Hierarchy[];
}

/** Empty groups of crawlers that were killed; one that still holds a process cannot be removed. */
function removeLeftovers(dir: string): void {
  for (const name of existsSync(dir) ? readdirSync(dir) : []) {
    const [, pid] = /^toolwarden-(\d+)-/.exec(name) ?? [];
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) removeNow(`${dir}/${name}`);
  }
}

function attempt(file: string, value: string): boolean {
  try {
    writeFileSync(file, value);
    return true;
  } catch {
    return false;
  }
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function removeNow(group: string): boolean {
  try {
    rmdirSync(group);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
}

function lines(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n').filter(Boolean);
  } catch {
    return [];
  }
}
