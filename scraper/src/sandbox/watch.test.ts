import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { limitExceeded, processTree } from './watch.ts';

const limits = {
  memoryBytes: 100 * 1024 ** 2,
  processes: 2,
  openFiles: 1,
  cpuSeconds: 60,
  diskBytes: 1,
  addressBytes: 1,
};
const idle = { pid: 1, parent: 0, rssBytes: 1024 ** 2, cpuSeconds: 0 };

test('the tree of a process holds its children and theirs', async () => {
  const child = spawn('/bin/sh', ['-c', 'sleep 30 & (sleep 30 & echo ready; wait)'], {
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
  });
  await once(child.stdout, 'data');
  const tree = processTree(child.pid as number);
  process.kill(-(child.pid as number), 'SIGKILL');
  expect(tree.length).toBeGreaterThanOrEqual(4);
  expect(tree.every(({ rssBytes }) => rssBytes >= 0)).toBe(true);
  expect(tree.some(({ pid }) => pid === child.pid)).toBe(true);
  expect(tree.some(({ pid }) => pid === process.pid)).toBe(false);
});

test('a process that holds memory is seen to hold it', async () => {
  const code =
    'globalThis.kept = Buffer.alloc(80e6, 1); console.log("ready"); setInterval(() => {}, 1e3)';
  const child = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'ignore'] });
  await once(child.stdout, 'data');
  const tree = processTree(child.pid as number);
  child.kill('SIGKILL');
  expect(limitExceeded(tree, limits)).toBe('memory over 100 MiB');
});

test.for([
  [[idle, idle], undefined],
  [[idle, idle, idle], 'more than 2 processes'],
  [
    [
      { ...idle, cpuSeconds: 40 },
      { ...idle, cpuSeconds: 40 },
    ],
    'more than 60 s of processor time',
  ],
  [
    [
      { ...idle, rssBytes: 60e6 },
      { ...idle, rssBytes: 60e6 },
    ],
    'memory over 100 MiB',
  ],
] as const)('limits count over all processes together: %#', ([figures, expected]) => {
  expect(limitExceeded([...figures], limits)).toBe(expected);
});
