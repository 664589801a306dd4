import { canonicalPolicy, type Finding, parsePolicy } from '@toolwarden/policy';
import { CliError, readArguments } from '../../command.ts';
import type { Io } from '../../io.ts';
import { plainText } from '../../plain-text.ts';
import { findingsFor, readEntry, readText } from './files.ts';
import type { Subcommand } from './subcommand.ts';

const help = `
toolwarden policy check FILE… [--server ID] [--data DIR] [--canonical] [--json]

Says what is wrong with policy documents: JSON, schema, then rules that never matter, contradict each other or can
be walked round. FILE may be - for stdin.

  --server ID    also compare tool and argument names with this server of the catalogue
  --data DIR     where the catalogue lies (default data)
  --canonical    print the canonical form of each valid document instead of "no findings"
  --json         one line a finding: {file, line, column, pointer, severity, code, message}

Exit code 0 clean or warnings only, 1 for errors, 2 if a file cannot be read or is not JSON.

Example:
  toolwarden policy check policies/marketing.json --server npm:@iterable/mcp
`;

export const checkSubcommand: Subcommand = {
  name: 'check',
  summary: 'say what is wrong with a policy',
  help,
  run,
};

async function run(args: string[], io: Io): Promise<number> {
  const { values, positionals } = readArguments('policy check', args, {
    canonical: { type: 'boolean' },
    server: { type: 'string' },
    data: { type: 'string' },
  });
  if (positionals.length === 0) {
    throw new CliError('usage', 'policy check: no file named; see toolwarden policy check --help');
  }
  const entry =
    values.server === undefined
      ? undefined
      : await readEntry(io, values.server, values.data ?? 'data');
  let worst = 0;
  for (const file of positionals) {
    const text = await readFileOrReport(io, file);
    if (text === undefined) {
      worst = 2;
      continue;
    }
    const findings = await findingsFor(text, entry);
    for (const finding of findings)
      io.out(values.json ? jsonLine(file, finding) : textLine(file, finding));
    if (findings.some(({ code }) => code === 'json-syntax')) worst = 2;
    else if (findings.some(({ severity }) => severity === 'error')) worst = Math.max(worst, 1);
    else if (values.canonical) io.out(canonicalPolicy(parsePolicy(JSON.parse(text))));
    else if (findings.length === 0 && !values.json) io.out(`${file}: no findings`);
  }
  return worst;
}

// One file that cannot be read must not hide what is wrong with the others.
async function readFileOrReport(io: Io, file: string): Promise<string | undefined> {
  try {
    return await readText(io, file);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    io.err(plainText(`toolwarden ${error.message}`));
    return undefined;
  }
}

function textLine(
  file: string,
  { line, column, severity, code, message, pointer }: Finding,
): string {
  const at = pointer === '' ? '' : ` (${pointer})`;
  return plainText(`${file}:${line}:${column}: ${severity}: ${message} [${code}]${at}`);
}

function jsonLine(
  file: string,
  { line, column, pointer, severity, code, message }: Finding,
): string {
  return JSON.stringify({ file, line, column, pointer, severity, code, message });
}
