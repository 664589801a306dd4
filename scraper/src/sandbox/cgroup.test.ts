import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createControlGroup } from './cgroup.ts';

// Plain folders in the shape of the kernel's: they take what the kernel would take, and show what was asked of it.
let root: string;
let self: string;
const limits = { memoryBytes: 1000, tasks: 7 };
const put = (path: string, text: string) => {
  mkdirSync(join(root, path, '..'), { recursive: true });
  writeFileSync(join(root, path), text);
};
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const create = () => createControlGroup(limits, { root, self });
/** The folder of the group that was made last. */
const groupIn = (dir: string, add: (pid: number) => void) => {
  add(4321);
  for (let number = 1; number < 1000; number++) {
    const name = join(dir, `toolwarden-${process.pid}-${number}`);
    if (existsSync(join(root, name))) return name;
  }
  throw new Error(`no group below ${dir}`);
};

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'toolwarden-cgroup-'));
  self = join(root, 'self');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

test('version 2: a group below the top binds memory without swap, and processes', () => {
  put('cgroup.controllers', 'cpu memory pids\n');
  put('cgroup.subtree_control', 'cpu memory pids\n');
  const made = create();
  const group = groupIn('', made?.add as (pid: number) => void);
  expect(read(`${group}/memory.max`)).toBe('1000');
  expect(read(`${group}/memory.swap.max`)).toBe('0');
  expect(read(`${group}/memory.oom.group`)).toBe('1');
  expect(read(`${group}/pids.max`)).toBe('7');
  expect(read(`${group}/cgroup.procs`)).toBe('4321');
  expect(made?.pids()).toEqual([4321]);
  expect(read('cgroup.subtree_control')).toBe('cpu memory pids\n');
});

test('version 2: limits that children do not have yet are asked for', () => {
  put('cgroup.controllers', 'cpu memory pids\n');
  put('cgroup.subtree_control', 'memory\n');
  expect(create()).toBeDefined();
  expect(read('cgroup.subtree_control')).toBe('+pids');
});

test('version 2: without a controller for memory there is no group', () => {
  put('cgroup.controllers', 'cpu pids\n');
  put('cgroup.subtree_control', 'pids\n');
  expect(create()).toBeUndefined();
});

test('version 2: where the top hands nothing out, the group that was handed to us does', () => {
  put('cgroup.controllers', 'hugetlb\n');
  put('cgroup.subtree_control', '');
  put('user.slice/crawl.service/cgroup.controllers', 'memory pids\n');
  put('user.slice/crawl.service/cgroup.subtree_control', 'memory pids\n');
  writeFileSync(self, '0::/user.slice/crawl.service\n');
  const made = create();
  const group = groupIn('user.slice/crawl.service', made?.add as (pid: number) => void);
  expect(read(`${group}/memory.max`)).toBe('1000');
});

test('version 2: tells an end for want of memory from any other, and kills all at once where the kernel can', () => {
  put('cgroup.controllers', 'memory pids\n');
  put('cgroup.subtree_control', 'memory pids\n');
  const made = create();
  const group = groupIn('', made?.add as (pid: number) => void);
  put(`${group}/memory.events`, 'low 0\nhigh 0\nmax 12\noom 0\noom_kill 0\n');
  expect(made?.hasRunOutOfMemory()).toBe(false);
  put(`${group}/memory.events`, 'low 0\nhigh 0\nmax 12\noom 1\noom_kill 3\n');
  expect(made?.hasRunOutOfMemory()).toBe(true);
  made?.kill();
  expect(existsSync(join(root, group, 'cgroup.kill'))).toBe(false);
  put(`${group}/cgroup.kill`, '');
  made?.kill();
  expect(read(`${group}/cgroup.kill`)).toBe('1');
});

test('version 1: memory and processes have a group each', () => {
  mkdirSync(join(root, 'memory'));
  mkdirSync(join(root, 'pids'));
  const made = create();
  const group = groupIn('memory', made?.add as (pid: number) => void);
  expect(read(`${group}/memory.limit_in_bytes`)).toBe('1000');
  expect(read(`${group.replace('memory', 'pids')}/pids.max`)).toBe('7');
  expect(read(`${group.replace('memory', 'pids')}/cgroup.procs`)).toBe('4321');
});

test('version 1: a group for processes alone is none, since memory is what only the kernel can bind', () => {
  mkdirSync(join(root, 'pids'));
  expect(create()).toBeUndefined();
});

test('a tree that hands nothing out to us is no error', () => {
  put('cgroup.controllers', 'memory pids\n');
  writeFileSync(self, '0::/gone\n');
  expect(create()).toBeUndefined();
});
