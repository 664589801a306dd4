// P16 and U1 on a disk that is really full: a small one, which only the gateway and its server see.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '@toolwarden/catalogue';
import { expect, test, vi } from 'vitest';
import { openAuditReader } from '../audit/audit-reader.ts';
import { publicKeys } from '../audit/state-keys.ts';
import { verifyAudit } from '../audit/verify-audit.ts';
import { stateFiles } from '../state/open-database.ts';
import { needs } from '../testing/needs.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { startWrapped } from '../testing/wrapped.ts';

const describeDisk = await needs('bubblewrap');

// Answers calls that ask to wait when it is told to, and fills and empties the disk: each by a file of that name.
const SERVER = `
import { appendFileSync as append, cpSync, existsSync, rmSync } from 'node:fs';
const held = [];
function onCall(id, { arguments: { waits } }) {
  if (waits) held.push(id);
  else answer(id);
}
const asked = (name, work) => {
  if (!existsSync(name)) return;
  // Files of the state come and go while they are copied: then it is done again.
  try { work(); } catch { return; }
  rmSync(name);
};
const fill = () => {
  for (;;) try { append('disk/filler', Buffer.alloc(4096, 1)); } catch { return; }
};
setInterval(() => {
  asked('fill', fill);
  asked('empty', () => rmSync('disk/filler'));
  asked('copy', () => cpSync('disk/state', 'copy-of-state', { recursive: true }));
  asked('answer', () => held.splice(0).forEach(answer));
}, 10);
`;

const refused = (answer: JsonObject | undefined) =>
  JSON.stringify(answer).includes('cannot record this call');

/** A gateway whose state lies on a disk of 8 MiB, and what is on it copied off it in the end. */
function startOnSmallDisk() {
  const folder = temporaryFolder();
  const disk = join(folder, 'disk');
  mkdirSync(disk);
  const copied = '"$@"; code=$?; cp -r disk/state state; exit $code';
  const client = startWrapped(folder, SERVER, {
    through: [
      ...['bwrap', '--dev-bind', '/', '/', '--size', String(8 * 1024 ** 2), '--tmpfs', disk],
      ...['sh', '-c', copied, 'sh'],
    ],
    state: join(disk, 'state'),
    policy: {
      version: '1',
      default: 'deny',
      tools: { act: { limits: [{ max: 40, window: '1h' }] } },
    },
    invariants: { ceilings: { act: 40 } },
  });
  return {
    ...client,
    folder,
    /** Has the server do something, and waits until it did. */
    async tell(what: 'fill' | 'empty' | 'answer' | 'copy') {
      writeFileSync(join(folder, what), '');
      await vi.waitFor(() => expect(existsSync(join(folder, what))).toBe(false), 30_000);
    },
    /** Begins calls that wait, and gives their answers to come. */
    async hold(count: number) {
      const before = client.reached().length;
      const answers = Array.from({ length: count }, (_, n) => client.call({ n, waits: true }));
      await vi.waitFor(() => expect(client.reached()).toHaveLength(before + count), 30_000);
      return Promise.all(answers);
    },
  };
}

/** What the audit holds in the end; verified first. */
function recordsIn(folder: string) {
  const state = join(folder, 'state');
  const { keys, checkpoints } = stateFiles(state);
  const report = verifyAudit({ source: { folder: state }, checkpoints, keys: publicKeys(keys) });
  expect(report.problems).toEqual([]);
  const records = bodiesIn(state);
  const signed = readFileSync(checkpoints, 'utf8').trimEnd().split('\n');
  return { report, records, signed: signed.map((line) => JSON.parse(line)) };
}

function bodiesIn(state: string) {
  const reader = openAuditReader(state);
  const records = [...reader.from(0)].map(({ body, seq }) => ({ seq, ...JSON.parse(body) }));
  reader.close();
  return records;
}

const outcomes = (records: { kind: string; outcome?: string }[]) =>
  records.flatMap(({ kind, outcome }) => (kind === 'outcome' ? [outcome] : []));

describeDisk('P16, U1: a full disk', () => {
  test('lets no call begin and no outcome be lost, and calls pass again when there is room', async () => {
    const { call, hold, tell, wrap, exited, folder, reached } = startOnSmallDisk();
    await call({ n: 0 });
    const held = hold(20);
    await vi.waitFor(() => expect(reached()).toHaveLength(21), 30_000);
    await tell('fill');
    for (let n = 0; n < 5; n++) expect(refused(await call({ n }))).toBe(true);
    await tell('answer');
    for (const answer of await held) expect(answer).toHaveProperty('result.content');
    expect(refused(await call())).toBe(true);
    await tell('empty');
    await vi.waitFor(async () => expect(refused(await call())).toBe(false), 30_000);
    wrap.stdin.end();
    expect(await exited).toBe(0);
    const { report, records } = recordsIn(folder);
    expect(report.chains).toMatchObject([{ hasEnded: true, openCalls: 0 }]);
    expect(new Set(outcomes(records))).toEqual(new Set(['answered']));
    const kinds = records.map(({ kind }) => kind);
    const [stopped, resumed] = [kinds.indexOf('calls-stopped'), kinds.indexOf('calls-resumed')];
    expect(stopped).toBeGreaterThan(20);
    expect(resumed).toBeGreaterThan(stopped);
    expect(kinds.slice(stopped, resumed)).not.toContain('decision');
    expect(records[resumed].refusals).toBeGreaterThanOrEqual(6);
  });

  test('has room for how calls ended, why no others began, and a checkpoint over both, though the gateway is killed', async () => {
    const { call, hold, tell, exited, folder, reached, serverPid } = startOnSmallDisk();
    await call({ n: 0 });
    const held = hold(20);
    await vi.waitFor(() => expect(reached()).toHaveLength(21), 30_000);
    await tell('fill');
    await tell('answer');
    await held;
    const copy = join(folder, 'copy-of-state');
    const copied = async () => {
      rmSync(copy, { recursive: true, force: true });
      await tell('copy');
      return bodiesIn(copy);
    };
    // Nobody has called since, so that nothing but these outcomes can have asked for the room.
    await vi.waitFor(async () => expect(outcomes(await copied())).toHaveLength(21), 30_000);
    expect(refused(await call())).toBe(true);
    await vi.waitFor(async () => {
      await copied();
      expect(existsSync(stateFiles(copy).checkpoints)).toBe(true);
    }, 30_000);
    const [, parent] =
      /^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${serverPid()}/status`, 'utf8')) ?? [];
    process.kill(Number(parent), 'SIGKILL');
    await exited;
    const { records, signed } = recordsIn(folder);
    expect(outcomes(records)).toEqual(Array(21).fill('answered'));
    const stopped = records.find(({ kind }) => kind === 'calls-stopped');
    expect(stopped).toMatchObject({ reason: 'no room on the disk' });
    expect(signed.at(-1).count).toBeGreaterThanOrEqual(stopped.seq);
  });
});
