import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { canonicalJson } from '@toolwarden/catalogue';
import { learn, type RecordedDecision } from '@toolwarden/policy';
import { createTwoFilesPatch } from 'diff';
import { CliError, readArguments } from '../../command.ts';
import type { Io } from '../../io.ts';
import { resolvePath } from '../../paths.ts';
import { plainText } from '../../plain-text.ts';
import { need, readPolicy } from './files.ts';
import { readRecording } from './simulate.ts';
import type { Subcommand } from './subcommand.ts';

const help = `
toolwarden policy learn --recording FILE [--server NAME] [--policy FILE [--accept]] [--percentile N] [--headroom N]

Makes the tightest policy that lets the recorded calls of a server pass: the tools that were called, what their arguments
had in common (a few fixed values, a folder, hosts, a beginning, a greatest number or length), and limits. All else is denied.
Record with toolwarden wrap --observe, which lets everything pass, and toolwarden audit export. Arguments are in the record
only where the state's settings.json says so: {"fields": ["args"]} for all of them, secrets included. Calls that were refused
are not learned from; an argument that no recorded call had is not restricted.

  --recording FILE    JSON Lines as toolwarden audit export prints them; - is stdin
  --server NAME       whose calls, where the recording holds several servers'
  --policy FILE       show what would change in this file, instead of the whole document
  --accept            write the learned policy to --policy
  --percentile N      limits come from the window that N % of the calls found no fuller (default 99)
  --headroom N        and are N times that (default 2)
  --json              one line: {policy, calls, refused, withoutArguments}

Exit code 0 if there is nothing to change or it was accepted, 1 if the file would change, 2 if nothing can be learned.

Example:
  toolwarden audit export | toolwarden policy learn --recording - --policy policies/notes.json
`;

export const learnSubcommand: Subcommand = {
  name: 'learn',
  summary: 'make the tightest policy that lets recorded calls pass',
  help,
  run,
};

async function run(args: string[], io: Io): Promise<number> {
  const { values } = readArguments('policy learn', args, {
    recording: { type: 'string' },
    server: { type: 'string' },
    policy: { type: 'string' },
    accept: { type: 'boolean' },
    percentile: { type: 'string' },
    headroom: { type: 'string' },
  });
  const file = need('learn', '--recording FILE', values.recording);
  if (values.accept && values.policy === undefined) {
    throw new CliError('usage', 'policy learn: --accept needs --policy FILE, the file to write');
  }
  const options = {
    percentile: readShare('percentile', values.percentile ?? '99', 1, 100) / 100,
    headroom: readShare('headroom', values.headroom ?? '2', 1, 1000),
  };
  const recorded = callsOf(await readRecording(io, file), values.server, file);
  const calls = recorded.filter(hasPassed);
  if (calls.length < recorded.length)
    io.err(`not learned from ${recorded.length - calls.length} calls that were refused`);
  if (calls.length === 0)
    throw new CliError('input', `policy learn: ${file}: every recorded call was refused`);
  const learned = await learn(calls, options);
  if (values.json) io.out(JSON.stringify(learned));
  else tell(learned, io);
  const text = `${canonicalJson(learned.policy)}\n`;
  if (values.policy === undefined) {
    if (!values.json) io.out(text.trimEnd());
    return 0;
  }
  return propose(
    text,
    { path: values.policy, isAccepted: values.accept ?? false, json: values.json },
    io,
  );
}

/** The calls of one server; which one must be said where there are several. */
function callsOf(
  recording: RecordedDecision[],
  server: string | undefined,
  file: string,
): RecordedDecision[] {
  const servers = [...new Set(recording.map((call) => call.server))].sort();
  const known = `it holds calls of ${servers.slice(0, 10).map(plainText).join(', ')}`;
  if (servers.length === 0) throw new CliError('input', `policy learn: ${file}: no recorded call`);
  if (server === undefined && servers.length > 1) {
    throw new CliError('usage', `policy learn: ${file}: ${known}; choose one with --server`);
  }
  const calls = recording.filter((call) => call.server === (server ?? servers[0]));
  if (calls.length > 0) return calls;
  throw new CliError(
    'input',
    `policy learn: ${file}: no call of ${plainText(server ?? '')}; ${known}`,
  );
}

/** What a policy refused is not what it should allow; a gateway that only observed let its refusals pass. */
function hasPassed({ effect, ...rest }: RecordedDecision): boolean {
  return effect === 'allow' || rest['observed'] === true;
}

function tell({ calls, refused, withoutArguments }: Awaited<ReturnType<typeof learn>>, io: Io) {
  io.err(
    refused === 0
      ? `all ${calls} recorded calls would pass`
      : `${calls - refused} of ${calls} recorded calls would pass; the others came faster than the limits allow (--percentile, --headroom)`,
  );
  if (withoutArguments.length > 0) {
    const names = withoutArguments.map(plainText).join(', ');
    io.err(`recorded without arguments, so any are allowed: ${names}`);
  }
}

async function propose(
  text: string,
  { path, isAccepted, json }: { path: string; isAccepted: boolean; json: boolean | undefined },
  io: Io,
): Promise<number> {
  const isNew = !existsSync(resolvePath(io, path));
  const before = isNew ? '' : `${canonicalJson((await readPolicy(io, path)).policy)}\n`;
  if (before === text) {
    io.err(`${path}: nothing to change`);
    return 0;
  }
  if (!json) {
    const patch = createTwoFilesPatch(path, `${path} (learned)`, before, text, '', '', {
      context: 3,
    });
    for (const line of patch.trimEnd().split('\n').slice(1)) io.out(plainText(line));
  }
  if (!isAccepted) {
    io.err(`to write it, give the same command with --accept`);
    return 1;
  }
  await writeFile(resolvePath(io, path), text);
  io.err(`${path}: written`);
  return 0;
}

function readShare(option: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && value >= least && value <= most) return value;
  throw new CliError(
    'usage',
    `policy learn: --${option} ${text}: expected a number from ${least} to ${most}`,
  );
}
