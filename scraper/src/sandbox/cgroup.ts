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
  /** Whether the kernel killed something in it for want of memory. */
  hasRunOutOfMemory: () => boolean;
  remove: () => Promise<void>;
};

/** Version 2 has one tree, version 1 one for each kind of limit. */
const ROOTS = ['/sys/fs/cgroup', '/sys/fs/cgroup/memory', '/sys/fs/cgroup/pids'];

type Hierarchy = { dir: string; limits: [file: string, value: string][] };

const PREFIX = 'toolwarden-';
let count = 0;

/** Makes a group, or gives undefined where this machine does not let us: then the watcher alone has to do. */
export function createControlGroup(limits: {
  memoryBytes: number;
  tasks: number;
}): ControlGroup | undefined {
  if (count === 0) removeLeftovers();
  const name = `${PREFIX}${process.pid}-${++count}`;
  const made: string[] = [];
  for (const { dir, limits: files } of hierarchies(limits)) {
    const group = `${dir}/${name}`;
    try {
      mkdirSync(group);
      made.push(group);
      for (const [file, value] of files) writeFileSync(`${group}/${file}`, value);
    } catch {
      removeNow(group);
      made.splice(made.indexOf(group), made.includes(group) ? 1 : 0);
    }
  }
  const memory = made.find((group) => !group.includes('/pids/'));
  if (memory === undefined) {
    for (const group of made) removeNow(group);
    return undefined;
  }
  return {
    add: (pid) => {
      for (const group of made) writeFileSync(`${group}/cgroup.procs`, String(pid));
    },
    pids: () => lines(`${memory}/cgroup.procs`).map(Number),
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

/** Empty groups of crawlers that were killed; one that still holds a process cannot be removed. */
function removeLeftovers(): void {
  for (const dir of ROOTS) {
    const names = existsSync(dir) ? readdirSync(dir) : [];
    for (const name of names) {
      const pid = name.startsWith(PREFIX) ? name.slice(PREFIX.length).split('-')[0] : undefined;
      if (pid !== undefined && !existsSync(`/proc/${pid}`)) removeNow(`${dir}/${name}`);
    }
  }
}

function hierarchies(limits: { memoryBytes: number; tasks: number }): Hierarchy[] {
  const memory = String(limits.memoryBytes);
  const tasks = String(limits.tasks);
  const [root = '', memoryRoot = '', tasksRoot = ''] = ROOTS;
  const isVersion2 = isWritable(`${root}/cgroup.subtree_control`);
  const all: Hierarchy[] = isVersion2
    ? [
        {
          dir: root,
          limits: [
            ['memory.max', memory],
            ['pids.max', tasks],
          ],
        },
      ]
    : [
        { dir: memoryRoot, limits: [['memory.limit_in_bytes', memory]] },
        { dir: tasksRoot, limits: [['pids.max', tasks]] },
      ];
  return all.filter(({ dir }) => isWritable(dir));
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
