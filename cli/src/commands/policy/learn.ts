import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { canonicalJson, isJsonObject } from '@toolwarden/catalogue';
import {
  compileGlob,
  learn,
  type Policy,
  type RecordedDecision,
  type Rule,
  recordedKind,
} from '@toolwarden/policy';
import { createTwoFilesPatch } from 'diff';
import { CliError, readArguments } from '../../command.ts';
import type { Io } from '../../io.ts';
import { resolvePath } from '../../paths.ts';
import { plainText } from '../../plain-text.ts';
import { need, readPolicy } from './files.ts';
import { readRecording } from './simulate.ts';
import type { Subcommand } from './subcommand.ts';

const help = `
toolwarden policy learn --recording FILE [--server NAME]… [--policy FILE [--accept]] [--percentile N] [--headroom N]

Makes the tightest policy that lets the recorded calls of a server pass: the tools that were called, what their arguments
had in common (a few fixed values, a folder, hosts, a beginning, a greatest number or length), and limits; the prompts and
resources that were asked for, and whether the server asked the user or the model. All else is denied.
Record with toolwarden wrap --observe, which lets everything pass, and toolwarden audit export. Arguments are in the record
only where the state's settings.json says so: {"fields": ["args"]} for all of them, secrets included. Calls that were refused
are not learned from; an argument that no recorded call had is not restricted.

  --recording FILE    JSON Lines as toolwarden audit export prints them; - is stdin
  --server NAME       whose calls, where the recording holds several servers'; several times for one policy over them,
                      as a grant for several servers needs
  --policy FILE       show what would change in this file, instead of the whole document; its name, description and
                      pinning stay, all other rules of it go
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
    server: { type: 'string', multiple: true },
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
  const recording = await readRecording(io, file, isDecision);
  const recorded = callsOf(recording, values.server ?? [], file);
  const calls = recorded.filter(hasPassed);
  if (calls.length < recorded.length)
    io.err(`not learned from ${recorded.length - calls.length} calls that were refused`);
  if (calls.length === 0)
    throw new CliError('input', `policy learn: ${file}: every recorded call was refused`);
  const learned = await learn(calls, options);
  if (values.json) io.out(JSON.stringify(learned));
  else tell(learned, io);
  if (values.policy === undefined) {
    if (!values.json) io.out(canonicalJson(learned.policy));
    return 0;
  }
  return propose(
    learned.policy,
    { path: values.policy, isAccepted: values.accept ?? false, json: values.json },
    io,
  );
}

// An audit's export also holds outcomes and notes.
function isDecision(value: unknown): boolean {
  return !isJsonObject(value) || (value['kind'] ?? 'decision') === 'decision';
}

/** What can be learned from of the servers that are named; which must be said where there are several. */
function callsOf(
  all: RecordedDecision[],
  named: readonly string[],
  file: string,
): RecordedDecision[] {
  const recording = all.filter((call) => recordedKind(call) !== undefined);
  const servers = [...new Set(recording.map((call) => call.server))].sort();
  const known = `it holds calls of ${servers.slice(0, 10).map(plainText).join(', ')}`;
  if (servers.length === 0) throw new CliError('input', `policy learn: ${file}: no recorded call`);
  if (named.length === 0 && servers.length > 1) {
    const choose = 'choose one with --server, or several for one policy over them';
    throw new CliError('usage', `policy learn: ${file}: ${known}; ${choose}`);
  }
  const missing = named.find((name) => !servers.includes(name));
  if (missing !== undefined) {
    const none = `no call of ${plainText(missing)}`;
    throw new CliError('input', `policy learn: ${file}: ${none}; ${known}`);
  }
  return recording.filter((call) => named.length === 0 || named.includes(call.server));
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

/** Parts of a policy that a recording says nothing about, and that keep no recorded call out. */
const KEPT = ['$schema', 'name', 'description', 'pinning'] as const;

async function propose(
  learned: Policy,
  { path, isAccepted, json }: { path: string; isAccepted: boolean; json: boolean | undefined },
  io: Io,
): Promise<number> {
  const isNew = !existsSync(resolvePath(io, path));
  const present = isNew ? undefined : (await readPolicy(io, path)).policy;
  const before = present === undefined ? '' : `${canonicalJson(present)}\n`;
  const kept = KEPT.flatMap((key) => (present?.[key] === undefined ? [] : [[key, present[key]]]));
  const text = `${canonicalJson({ ...learned, ...Object.fromEntries(kept) })}\n`;
  if (present !== undefined) warnOfLosses(present, learned, path, io);
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

/** What asked a person, marked or cleaned results is not in a recording, and whoever accepts should know that it goes. */
function warnOfLosses(present: Policy, learned: Policy, path: string, io: Io): void {
  const parts = (['hide', 'all_tools', 'classes', 'flows'] as const).filter(
    (part) => part in present,
  );
  const rules = (['tools', 'resources', 'prompts'] as const).flatMap((part) => {
    const allowed = Object.keys(learned[part] ?? {});
    // Under a pattern may stand what is allowed by a name of its own now, or by a narrower pattern.
    return Object.entries(present[part] ?? {})
      .filter(([name, rule]) => hasMore(rule) && allowed.some(compileGlob(name)))
      .map(([name]) => name);
  });
  const asked = (['sampling', 'elicitation'] as const).filter((part) => {
    const rule = present[part];
    return rule !== undefined && hasMore(rule) && part in learned;
  });
  const more = [...rules, ...asked].map(
    (name) => `what ${name} says of approval, marks or results`,
  );
  const lost = [...parts.map((part) => `"${part}"`), ...more];
  if (lost.length > 0)
    io.err(plainText(`${path}: not kept, for it is not in a recording: ${lost.join(', ')}`));
}

function hasMore({ action, approve_if, marks, response }: Rule): boolean {
  return action === 'approve' || [approve_if, marks, response].some((part) => part !== undefined);
}

function readShare(option: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && value >= least && value <= most) return value;
  throw new CliError(
    'usage',
    `policy learn: --${option} ${text}: expected a number from ${least} to ${most}`,
  );
}
