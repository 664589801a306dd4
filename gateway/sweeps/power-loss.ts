// `npm run sweep:power [CALLS] [DURABILITY]`: takes the power away after each write of a gateway's store, on paper, and recovers.
//
// strace tells each write and each sync of a process that records calls with `durability: power`. A disk is rebuilt that
// keeps what was synced and a random part of the rest. Every call that the process had said was recorded must be there.
// With DURABILITY "process" they are not, which shows that the check can fail.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { verifyAudit } from '../src/audit/verify-audit.ts';
import { stateFiles } from '../src/state/open-database.ts';
import { openSqliteState } from '../src/state/sqlite-state.ts';
import { createTracedDisk, type DiskEvent, readTrace } from './traced-disk.ts';

const [calls = '50', durability = 'power'] = process.argv.slice(2);
const base = mkdtempSync(join(tmpdir(), 'toolwarden-power-'));
const [folder, trace, recovered] = ['state', 'trace', 'recovered'].map((name) =>
  join(base, name),
) as [string, string, string];
const { database, settings } = stateFiles(folder);
try {
  mkdirSync(folder, { mode: 0o700 });
  writeFileSync(settings, JSON.stringify({ durability }));
  // A state that exists already: that its files are there at all is not what is tested.
  const made = openSqliteState({ folder });
  made.grants.create({ label: 'l', servers: ['s'], policy: '/p' });
  await made.close();
  const start = new Map([
    [database, readFileSync(database)],
    [`${database}-wal`, Buffer.alloc(0)],
  ]);
  const events = traceRecording();
  const disk = createTracedDisk(start);
  const said = new Set<string>();
  let [cuts, missing, broken] = [0, 0, 0];
  for (const event of events) {
    disk.apply(event);
    if (event.kind === 'said') {
      for (const [, id = ''] of event.text.matchAll(/^sent (\S+)$/gm)) said.add(id);
    }
    for (const keeps of [() => false, () => true, () => Math.random() < 0.5]) {
      cuts++;
      const found = recover(disk.imageWith(keeps));
      missing += [...said].filter((id) => !found.calls.has(id)).length;
      broken += found.problems;
    }
  }
  process.stdout.write(
    `${events.length} writes and syncs, ${cuts} losses of power, ${said.size} calls recorded: ${missing} missing, ${broken} broken\n`,
  );
  process.exitCode = said.size === Number(calls) && missing + broken === 0 ? 0 : 1;
} finally {
  rmSync(base, { recursive: true });
}

/** What a process that records calls did to the database and its log, and what it said. */
function traceRecording(): DiskEvent[] {
  const script = join(import.meta.dirname, '../src/testing/record-calls.ts');
  const names = 'trace=pwrite64,write,fdatasync,fsync,ftruncate';
  const flags = [
    '-f',
    '-y',
    '-xx',
    '-s',
    '10000000',
    '-e',
    names,
    '-e',
    'signal=none',
    '-o',
    trace,
  ];
  const command = [process.execPath, script, folder, 'c', '0', calls];
  const { status, error } = spawnSync('strace', [...flags, ...command], { stdio: 'pipe' });
  if (status !== 0) throw new Error(`strace could not run: ${error?.message ?? status}`);
  return readFileSync(trace, 'latin1')
    .split('\n')
    .flatMap((line) => readTrace(line) ?? [])
    .filter((event) => event.kind === 'said' || event.path.startsWith(database));
}

function recover(image: Map<string, Buffer>): { calls: Set<string>; problems: number } {
  rmSync(recovered, { recursive: true, force: true });
  mkdirSync(recovered, { mode: 0o700 });
  cpSync(stateFiles(folder).keys, stateFiles(recovered).keys, { recursive: true });
  for (const [path, bytes] of image) {
    writeFileSync(path.replace(database, stateFiles(recovered).database), bytes);
  }
  openSqliteState({ folder: recovered }).close();
  const db = new DatabaseSync(stateFiles(recovered).database, { readOnly: true });
  const rows = db
    .prepare("SELECT body ->> 'call' AS call FROM record WHERE body ->> 'kind' = 'decision'")
    .all();
  const [{ n = 0 } = {}] = db
    .prepare('SELECT count(*) AS n FROM record WHERE charged_at IS NOT NULL')
    .all();
  db.close();
  const { problems, chains } = verifyAudit({ source: { folder: recovered }, keys: new Map() });
  const open = chains.filter(({ openCalls }) => openCalls > 0).length;
  const uncharged = n === rows.length ? 0 : 1;
  return {
    calls: new Set(rows.map(({ call }) => String(call))),
    problems: problems.length + open + uncharged,
  };
}
