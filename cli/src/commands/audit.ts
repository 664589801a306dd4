import { setTimeout as sleep } from 'node:timers/promises';
import {
  auditShadow,
  auditTop,
  currentPublicKey,
  openAuditReader,
  stateFiles,
  stateFolder,
  type TopKey,
  tailRecords,
  topKeys,
} from '@toolwarden/gateway/operator';
import { auditLine } from '../audit-line.ts';
import { CliError, type Command, readArguments, readNumber } from '../command.ts';
import { readMoment, readPlace, withState } from '../gateway-state.ts';
import type { Io } from '../io.ts';
import { resolvePath } from '../paths.ts';
import { plainText } from '../plain-text.ts';
import { shadowLines } from '../shadow-lines.ts';
import { table } from '../table.ts';
import { exportAudit, verify } from './audit-files.ts';

const help = `
toolwarden audit tail [-n N] [--follow]
toolwarden audit top [--by KEY] [--since TIME]
toolwarden audit shadow [--since TIME]
toolwarden audit export [FILE…] [--out FILE] [--chain NAME] [--since TIME]
toolwarden audit verify [FILE…] [--checkpoints FILE] [--key FILE]… [--partial]
toolwarden audit archive --before TIME --out FILE
toolwarden audit key
toolwarden audit rotate-keys

Every decision of the gateway, in chains of records that each name the hash of the one before.

  tail             the latest records (10, or -n N); --follow waits for more
  top              what was decided most, by tool (default), server, grant, rule or reason
  shadow           what a staged policy (wrap --shadow, "shadow" of a gateway) would have decided otherwise: which
                   calls, by which rules, and how many of those it judged
  export           records as lines of JSON, as they were written; with FILEs, exported files joined by time
    --out FILE     a new file to write to, instead of stdout
    --chain NAME   one chain
    --since TIME   each chain from its first record of that time on (verify such a part with --partial)
  verify           checks chains, and signed checkpoints; names the first bad record of each chain. FILE - is stdin
    --checkpoints FILE  the checkpoints (default: of the state). A copy kept elsewhere also shows what was cut off
    --key FILE     a public key that may have signed (default: those of the state)
    --partial      chains may begin in the middle
  archive          moves records from before a time (30d, or a date) out of the state into a new file
  key              the public key of the checkpoints, to keep elsewhere
  rotate-keys      new keys for hashes and checkpoints, used by gateways that start from now on
  --config FILE    a gateway's configuration, which says where its state is
  --state DIR      the gateway's state (default $TOOLWARDEN_STATE, else ~/.local/state/toolwarden)
  --json           one JSON object a line

Exit code 0; 1 if verify found anything wrong; 2 for what cannot be read.

Examples:
  toolwarden audit verify --checkpoints /mnt/backup/checkpoints.jsonl
  toolwarden audit tail --config gateway.json
`;

export const auditCommand: Command = {
  name: 'audit',
  summary: 'read and check the record of every decision',
  help,
  run,
};

const options = {
  lines: { type: 'string', short: 'n' },
  follow: { type: 'boolean', short: 'f' },
  by: { type: 'string' },
  since: { type: 'string' },
  before: { type: 'string' },
  out: { type: 'string' },
  chain: { type: 'string' },
  checkpoints: { type: 'string' },
  key: { type: 'string', multiple: true },
  partial: { type: 'boolean' },
  state: { type: 'string' },
  config: { type: 'string' },
} as const;

/** The options of `toolwarden audit`, as given. */
export type AuditValues = ReturnType<typeof readArguments<typeof options>>['values'];

async function run(args: string[], io: Io, signal: AbortSignal): Promise<number> {
  const { values: given, positionals } = readArguments('audit', args, options);
  const [act, ...files] = positionals;
  const { state } = (await readPlace(io, given)).place;
  const values: AuditValues = { ...given, ...(state !== undefined && { state }) };
  const folder = stateFolder(values.state, io.env, io.cwd);
  if (act === 'verify') return verify(folder, files, values, io);
  if (act === 'export') return exportAudit(folder, files, values, io, signal);
  if (files.length > 0) throw new CliError('usage', `${act}: takes no ${files[0]}; see --help`);
  if (act === 'tail') return tail(folder, values, io, signal);
  if (act === 'top') return top(folder, values, io);
  if (act === 'shadow') return shadow(folder, values, io);
  if (act === 'archive') return archive(values, io);
  if (act === 'key') return showKey(folder, values, io);
  if (act === 'rotate-keys') return rotate(values, io);
  throw new CliError(
    'usage',
    'expected tail, top, shadow, export, verify, archive, key or rotate-keys; see --help',
  );
}

async function tail(folder: string, values: AuditValues, io: Io, signal: AbortSignal) {
  const count = values.lines === undefined ? 10 : readNumber('lines', values.lines, 1, 100_000);
  const reader = openAuditReader(folder);
  try {
    const records = tailRecords(reader, count);
    do {
      for (const line of records.next()) io.out(values.json ? line : auditLine(line));
      if (values.follow) await sleep(500, undefined, { signal }).catch(() => undefined);
    } while (values.follow && !signal.aborted);
  } finally {
    reader.close();
  }
  return 0;
}

function top(folder: string, { by = 'tool', since, json }: AuditValues, io: Io): number {
  if (!topKeys.includes(by as TopKey)) {
    throw new CliError('usage', `--by ${by}: expected one of ${topKeys.join(', ')}`);
  }
  const from = since === undefined ? 0 : readMoment('since', since, Date.now(), true);
  const reader = openAuditReader(folder);
  const rows = auditTop(reader, by as TopKey, from);
  reader.close();
  if (json) for (const row of rows) io.out(JSON.stringify(row));
  else if (rows.length === 0) io.out('no decisions');
  else {
    const cells = rows
      .slice(0, 50)
      .map(({ name, ...counts }) => [
        ...[counts.total, counts.allow, counts.approve, counts.deny].map(String),
        plainText(name),
      ]);
    for (const line of table(['total', 'allow', 'approve', 'deny', by], cells)) io.out(line);
  }
  return 0;
}

function shadow(folder: string, { since, json }: AuditValues, io: Io): number {
  const from = since === undefined ? 0 : readMoment('since', since, Date.now(), true);
  const reader = openAuditReader(folder);
  const reports = auditShadow(reader, from);
  reader.close();
  if (json) for (const report of reports) io.out(JSON.stringify(report));
  else if (reports.length === 0) io.out('no call was judged by a staged policy');
  else for (const report of reports) for (const line of shadowLines(report)) io.out(line);
  return 0;
}

async function archive({ state, before, out, json }: AuditValues, io: Io): Promise<number> {
  if (before === undefined || out === undefined) {
    throw new CliError('usage', 'archive: expected --before and --out; see --help');
  }
  const until = readMoment('before', before, Date.now(), true);
  const path = resolvePath(io, out);
  const parts = await withState(io, state, (opened) => opened.archive(until, path));
  const records = parts.reduce((sum, { from, to }) => sum + to - from + 1, 0);
  if (json) for (const part of parts) io.out(JSON.stringify(part));
  else if (records === 0) io.out('nothing to archive');
  else
    io.out(
      `${records} records of ${parts.length} chains are in ${path} and no longer in the state`,
    );
  return 0;
}

function showKey(folder: string, { json }: AuditValues, io: Io): number {
  openAuditReader(folder).close();
  const { keyId, pem } = currentPublicKey(stateFiles(folder).keys);
  io.out(json ? JSON.stringify({ keyId, pem }) : pem.trim());
  return 0;
}

async function rotate({ state, json }: AuditValues, io: Io): Promise<number> {
  const made = await withState(io, state, (opened) => opened.rotateKeys());
  if (json) io.out(JSON.stringify(made));
  else {
    io.out(
      `new keys: checkpoints are signed with ${made.checkpointKey}, arguments hashed with ${made.argumentKey}`,
    );
    io.out('running gateways go on with the old ones until they are started again');
  }
  return 0;
}
