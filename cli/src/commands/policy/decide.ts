import { createRunner, type RecordedCall, recordedCallSchema } from '@toolwarden/policy';
import { readArguments } from '../../command.ts';
import type { Io } from '../../io.ts';
import { need, parseAs, readJson, readPolicy } from './files.ts';
import type { Subcommand } from './subcommand.ts';

const help = `
toolwarden policy decide --policy FILE --call FILE

Decides one call, or a list of calls in order with counters that start empty, and prints one decision a line:
{effect, rules, reason, counters, policyDigest}. FILE may be - for stdin.

A call is {server, tool, arguments, grant?, session?, at?, classification?, definition?}. "at" is ISO 8601 or
milliseconds (default: now); grant and session default to "local"; without a classification ({category, traits})
the tool counts as unclassified.

Exit code 0 whatever was decided, 2 if it could not be.

Example:
  echo '{"server":"s","tool":"send_campaign","arguments":{}}' | toolwarden policy decide --policy p.json --call -
`;

export const decideSubcommand: Subcommand = {
  name: 'decide',
  summary: 'decide calls as the gateway would',
  help,
  run,
};

async function run(args: string[], io: Io): Promise<number> {
  const { values } = readArguments('policy decide', args, {
    policy: { type: 'string' },
    call: { type: 'string' },
  });
  const policyFile = need('decide', '--policy FILE', values.policy);
  const callFile = need('decide', '--call FILE', values.call);
  const { compiled } = await readPolicy(io, policyFile);
  const calls = await readCalls(io, callFile);
  const decide = createRunner(compiled);
  for (const call of calls) io.out(JSON.stringify(decide(call)));
  return 0;
}

/** Reads one call or a list of them; what a call leaves out gets the defaults of the command line. */
export async function readCalls(io: Io, file: string): Promise<RecordedCall[]> {
  const value = await readJson(io, file);
  const list = Array.isArray(value) ? value : [value];
  const now = Date.now();
  return list.map((item, index) => {
    const where = Array.isArray(value) ? `${file}: call ${index}` : file;
    const {
      at = now,
      grant = 'local',
      session = 'local',
      ...call
    } = parseAs(recordedCallSchema, item, where);
    return { ...call, at, grant, session } as RecordedCall;
  });
}
