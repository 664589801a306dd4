import { existsSync } from 'node:fs';
import { openAuditReader } from './audit-reader.ts';
import { readExportLine } from './chain.ts';
import { type Checkpoint, readCheckpoint } from './checkpoint.ts';
import { linesOfFile } from './lines-of-file.ts';
import { type AuditProblem, type AuditReport, createVerifier, type Verifier } from './verifier.ts';

/** What to check, and against what. */
export type VerifyOptions = {
  /** A state folder, or exported files; files may hold several chains, and a chain may go on in the next file. */
  source: { folder: string } | { files: readonly string[] };
  /** The file of signed checkpoints, and the public keys that may sign. */
  checkpoints?: string;
  keys: ReadonlyMap<string, string>;
  isPartial?: boolean;
};

/** Checks an audit record by record, whatever its size. */
export function verifyAudit(options: VerifyOptions): AuditReport {
  const { source, keys, isPartial = false } = options;
  const { checkpoints, problems } = readCheckpoints(options.checkpoints, keys);
  const report =
    'folder' in source
      ? verifyStore(source.folder, checkpoints, isPartial)
      : verifyFiles(source.files, checkpoints, isPartial);
  return { ...report, problems: [...problems, ...report.problems] };
}

function verifyStore(
  folder: string,
  checkpoints: readonly Checkpoint[],
  isPartial: boolean,
): AuditReport {
  const reader = openAuditReader(folder);
  try {
    const chains = reader.chains();
    const starts = new Map(
      chains.flatMap(({ name, archivedSeq: seq, archivedHash: hash }) =>
        hash === null ? [] : [[name, { seq, hash }] as const],
      ),
    );
    const verifier = createVerifier({ checkpoints, starts, isPartial });
    const names = new Map<number, string | undefined>();
    const nameOf = (chain: number) => {
      // A gateway may have begun one since.
      if (!names.has(chain)) {
        names.set(chain, undefined);
        for (const { number, name } of reader.chains()) names.set(number, name);
      }
      return names.get(chain);
    };
    const seen = new Set<number>();
    for (const { id, chain, seq, body, hash } of reader.from(0)) {
      const name = nameOf(chain);
      seen.add(chain);
      if (name === undefined) verifier.reject(`record ${id}`, 'it belongs to no chain');
      else verifier.take({ name, seq, body, hash }, `chain ${name}`);
    }
    for (const { number, name, archivedSeq } of chains) {
      if (archivedSeq === 0 && !seen.has(number))
        verifier.reject(`chain ${name}`, 'it has no records');
    }
    return verifier.finish();
  } finally {
    reader.close();
  }
}

function verifyFiles(
  files: readonly string[],
  checkpoints: readonly Checkpoint[],
  isPartial: boolean,
): AuditReport {
  const verifier = createVerifier({ checkpoints, isPartial });
  for (const file of files) verifyLines(file, verifier);
  return verifier.finish();
}

function verifyLines(file: string, verifier: Verifier): void {
  let number = 0;
  for (const line of linesOfFile(file)) {
    number++;
    const record = readExportLine(line);
    const where = `${file}:${number}`;
    if (record === undefined) verifier.reject(where, 'no whole record');
    else verifier.take(record, where);
  }
}

const words = {
  unreadable: 'no checkpoint',
  'unknown-key': 'signed with a key that is not known here; name its public half with --key',
  forged: 'its signature is wrong',
};

function readCheckpoints(file: string | undefined, keys: ReadonlyMap<string, string>) {
  const checkpoints: Checkpoint[] = [];
  const problems: AuditProblem[] = [];
  if (file === undefined || !existsSync(file)) return { checkpoints, problems };
  let number = 0;
  for (const line of linesOfFile(file)) {
    number++;
    if (line === '') continue;
    const read = readCheckpoint(line, keys);
    if (typeof read === 'object') checkpoints.push(read);
    else if (problems.length < 100)
      problems.push({ where: `${file}:${number}`, what: words[read] });
  }
  return { checkpoints, problems };
}
