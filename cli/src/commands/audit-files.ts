import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import {
  exportStore,
  mergeFiles,
  openAuditReader,
  publicKeyId,
  publicKeys,
  readSettings,
  stateFiles,
  verifyAudit,
} from '@toolwarden/gateway/operator';
import { CliError } from '../command.ts';
import { readMoment } from '../gateway-state.ts';
import type { Io } from '../io.ts';
import { resolvePath } from '../paths.ts';
import { plainText } from '../plain-text.ts';
import type { AuditValues } from './audit.ts';

const CHUNK = 64 * 1024;

/** `toolwarden audit export`. */
export function exportAudit(
  folder: string,
  files: string[],
  values: AuditValues,
  io: Io,
  signal: AbortSignal,
): number {
  const out = openOutput(values.out, io);
  try {
    for (const line of linesToExport(folder, files, values, io)) {
      if (signal.aborted) throw new CliError('environment', 'export: stopped before the end');
      out.write(line);
    }
  } finally {
    out.close();
  }
  return 0;
}

function* linesToExport(folder: string, files: string[], values: AuditValues, io: Io) {
  if (files.length > 0) {
    yield* mergeFiles(files.map((file) => (file === '-' ? file : resolvePath(io, file))));
    return;
  }
  const { chain, since } = values;
  const reader = openAuditReader(folder);
  try {
    if (chain !== undefined && !reader.chains().some(({ name }) => name === chain)) {
      throw new CliError(
        'input',
        `--chain ${chain}: no such chain; toolwarden audit verify lists them`,
      );
    }
    yield* exportStore(reader, {
      ...(chain === undefined ? {} : { chain }),
      ...(since === undefined ? {} : { since: readMoment('since', since, Date.now(), true) }),
    });
  } finally {
    reader.close();
  }
}

function openOutput(path: string | undefined, io: Io) {
  if (path === undefined) return { write: io.out, close() {} };
  const place = resolvePath(io, path);
  let file: number;
  try {
    file = openSync(place, 'wx', 0o600);
  } catch (error) {
    const { message } = error as Error;
    throw new CliError('input', `--out ${path}: ${message}; name a file that does not exist`);
  }
  let text = '';
  const flush = () => {
    writeSync(file, text);
    text = '';
  };
  return {
    write(line: string) {
      text += `${line}\n`;
      if (text.length > CHUNK) flush();
    },
    close() {
      flush();
      closeSync(file);
    },
  };
}

/** `toolwarden audit verify`: 1 where anything is wrong. */
export function verify(folder: string, files: string[], values: AuditValues, io: Io): number {
  // All that this makes is short-lived, and V8 would give it ever more room: 280 MiB at three million records.
  setFlagsFromString('--semi-space-growth-factor=1');
  // Nor would it collect what little grows old before that has doubled: 182 MiB at a million records, with this 143.
  setFlagsFromString('--heap-growing-percent=20');
  const { keys, checkpoints, settings } = stateFiles(folder);
  const paths = files.map((file) => (file === '-' ? file : resolvePath(io, file)));
  const named = values.checkpoints === undefined ? undefined : resolvePath(io, values.checkpoints);
  const known = files.length > 0 ? undefined : (readSettings(settings).checkpoints ?? checkpoints);
  const where = named ?? known;
  const report = verifyAudit({
    source: files.length > 0 ? { files: paths } : { folder },
    ...(where === undefined ? {} : { checkpoints: where }),
    keys: values.key === undefined ? publicKeys(keys) : namedKeys(values.key, io),
    isPartial: values.partial ?? false,
  });
  const { problems, chains, records } = report;
  if (values.json) io.out(JSON.stringify(report));
  else {
    for (const { where: place, seq, what } of problems) {
      io.out(`${plainText(place)}${seq === undefined ? '' : ` record ${seq}`}: ${plainText(what)}`);
    }
    const running = chains.filter(({ hasEnded }) => !hasEnded).length;
    io.out(
      `${records} records in ${chains.length} chains (${running} without an end: still written, or cut off), ${report.checkpoints} checkpoints, ${problems.length} problems`,
    );
    if (report.checkpoints === 0) {
      io.out(
        'no checkpoint was checked: a chain cut at its end, or made anew as a whole, would not show',
      );
    }
  }
  return problems.length > 0 ? 1 : 0;
}

function namedKeys(files: string[], io: Io): Map<string, string> {
  return new Map(
    files.map((file) => {
      try {
        const pem = readFileSync(resolvePath(io, file), 'utf8');
        return [publicKeyId(pem), pem] as const;
      } catch (error) {
        throw new CliError('input', `--key ${file}: no public key (${(error as Error).message})`);
      }
    }),
  );
}
