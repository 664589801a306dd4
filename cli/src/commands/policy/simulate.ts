import { isJsonObject } from '@toolwarden/catalogue';
import {
  type RecordedDecision,
  recordedDecisionSchema,
  type Simulation,
  simulate,
} from '@toolwarden/policy';
import { readArguments } from '../../command.ts';
import type { Io } from '../../io.ts';
import { plainText } from '../../plain-text.ts';
import { need, parseAs, parseJson, readPolicy, readText } from './files.ts';
import type { Subcommand } from './subcommand.ts';

const help = `
toolwarden policy simulate --policy FILE --recording FILE [--json]

Replays recorded decisions under another policy and says what would have come out otherwise, by tool and rule. The
recording is JSON Lines: {at, server, tool, grant?, session?, arguments? or fields?, classification?, effect}, as the
gateway's audit export writes them. Calls whose arguments were not kept, but are asked for, are counted as uncertain.
An export names definitions by their digest and does not say what tools are: rules under "classes" meet such calls as
unclassified, and "flows" see none but the marks that rules give.

  --json    one line: {total, same, changes: [{server, tool, from, to, rules, count}], uncertain}

Exit code 0 if everything comes out the same, 1 if not, 2 if it could not be replayed.

Example:
  toolwarden policy simulate --policy policies/new.json --recording audit.jsonl
`;

export const simulateSubcommand: Subcommand = {
  name: 'simulate',
  summary: 'replay recorded decisions under another policy',
  help,
  run,
};

async function run(args: string[], io: Io): Promise<number> {
  const { values } = readArguments('policy simulate', args, {
    policy: { type: 'string' },
    recording: { type: 'string' },
  });
  const policyFile = need('simulate', '--policy FILE', values.policy);
  const recordingFile = need('simulate', '--recording FILE', values.recording);
  const { compiled } = await readPolicy(io, policyFile);
  const result = simulate(compiled, await readRecording(io, recordingFile));
  for (const line of simulationLines(result, policyFile, values.json === true)) io.out(line);
  return result.changes.length > 0 || result.uncertain > 0 ? 1 : 0;
}

/** Reads recorded decisions, a JSON object a line. */
export async function readRecording(
  io: Io,
  file: string,
  isWanted = isDecisionOnTool,
): Promise<RecordedDecision[]> {
  const lines = (await readText(io, file)).split('\n');
  return lines.flatMap((line, index) => {
    if (line.trim() === '') return [];
    const where = `${file}:${index + 1}`;
    const value = parseJson(line, where);
    return isWanted(value) ? [parseAs(recordedDecisionSchema, value, where)] : [];
  });
}

// An audit's export also holds outcomes, notes and what was decided on other methods.
function isDecisionOnTool(value: unknown): boolean {
  if (!isJsonObject(value)) return true;
  const { kind = 'decision', method = 'tools/call' } = value;
  return kind === 'decision' && method === 'tools/call';
}

/** A simulation as lines to print. */
export function simulationLines(
  { total, same, changes, uncertain }: Simulation,
  policyFile: string,
  isJson: boolean,
): string[] {
  if (isJson) return [JSON.stringify({ policy: policyFile, total, same, changes, uncertain })];
  return [
    `${policyFile}: ${same} of ${total} decisions come out the same${uncertain > 0 ? `, ${uncertain} cannot be judged from what was kept` : ''}`,
    ...changes.map(({ server, tool, from, to, rules, count }) =>
      plainText(`  ${count} × ${tool} (${server}): ${from} → ${to} by ${rules.join(', ')}`),
    ),
  ];
}
