import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { needs } from '../fixtures/needs.ts';

const run = promisify(execFile);
const describeDisk = await needs('bubblewrap');

describeDisk('CR25: a disk that fills up', () => {
  test('at any write stops the run, harms no record, and the next run goes on as if it never was', {
    timeout: 300_000,
  }, async () => {
    const disk = await mkdtemp(join(tmpdir(), 'toolwarden-disk-'));
    const { stdout } = await run('bwrap', [
      ...['--dev-bind', '/', '/', '--size', `${24 * 1024 ** 2}`, '--tmpfs', disk],
      ...[process.execPath, join(import.meta.dirname, 'full-disk.ts'), disk],
    ]);
    await rm(disk, { recursive: true, maxRetries: 20 });
    const { points, faults, different } = JSON.parse(stdout);
    expect(different).toEqual([]);
    expect(points).toBeGreaterThan(10);
    expect(Object.keys(faults)).toEqual(['StoreError unwritable']);
  });
});
