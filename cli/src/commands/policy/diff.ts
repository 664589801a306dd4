import { diff, simulate, type ToolChange } from '@toolwarden/policy';
import { CliError, readArguments } from '../../command.ts';
import type { Io } from '../../io.ts';
import { plainText } from '../../plain-text.ts';
import { readEntry, readPolicy } from './files.ts';
import { readRecording, simulationLines } from './simulate.ts';
import type { Subcommand } from './subcommand.ts';

const help = `
toolwarden policy diff OLD NEW (--server ID [--data DIR] | --recording FILE) [--json]

Says what becomes allowed, asked about or refused when NEW takes the place of OLD: for a plain call of each tool of
a server, or for the calls of a recording.

  --server ID         compare over the tools of this server of the catalogue
  --data DIR          where the catalogue lies (default data)
  --recording FILE    compare over recorded decisions, JSON Lines as policy simulate reads them
  --json              one line a tool: {tool, before, after, reason, isOnlyConditions}

Exit code 0 if nothing changes, 1 if something does, 2 if it could not be compared.

Example:
  toolwarden policy diff policies/old.json policies/new.json --server npm:@iterable/mcp
`;

export const diffSubcommand: Subcommand = {
  name: 'diff',
  summary: 'say what a new policy changes',
  help,
  run,
};

async function run(args: string[], io: Io): Promise<number> {
  const { values, positionals } = readArguments('policy diff', args, {
    server: { type: 'string' },
    data: { type: 'string' },
    recording: { type: 'string' },
  });
  const [oldFile, newFile, ...rest] = positionals;
  if (oldFile === undefined || newFile === undefined || rest.length > 0) {
    throw new CliError(
      'usage',
      'policy diff: expected two files; see toolwarden policy diff --help',
    );
  }
  if ((values.server === undefined) === (values.recording === undefined)) {
    throw new CliError('usage', 'policy diff: expected either --server ID or --recording FILE');
  }
  const [before, after] = await Promise.all([readPolicy(io, oldFile), readPolicy(io, newFile)]);
  if (values.recording !== undefined) {
    const recording = await readRecording(io, values.recording);
    // What was recorded may come from a third policy; what counts here is old against new.
    const old = simulate(before.compiled, recording);
    const now = simulate(after.compiled, recording);
    for (const line of simulationLines(old, oldFile, values.json === true)) io.out(line);
    for (const line of simulationLines(now, newFile, values.json === true)) io.out(line);
    return JSON.stringify(old) === JSON.stringify(now) ? 0 : 1;
  }
  const entry = await readEntry(io, values.server ?? '', values.data ?? 'data');
  const changes = diff(before.compiled, after.compiled, entry);
  for (const change of changes)
    io.out(values.json ? JSON.stringify(change) : plainText(changeLine(change)));
  if (changes.length === 0 && !values.json) io.out('nothing changes');
  return changes.length === 0 ? 0 : 1;
}

const WORDS = { allow: 'allowed', approve: 'asked about', deny: 'refused' } as const;

function changeLine({ tool, before, after, reason, isOnlyConditions }: ToolChange): string {
  return isOnlyConditions
    ? `${tool}: still ${WORDS[after]}, under other conditions`
    : `${tool}: ${WORDS[before]} → ${WORDS[after]} (${reason})`;
}
