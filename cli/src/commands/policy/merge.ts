import { merge } from '@toolwarden/policy';
import { CliError, readArguments } from '../../command.ts';
import type { Io } from '../../io.ts';
import { plainText } from '../../plain-text.ts';
import { readPolicy } from './files.ts';
import type { Subcommand } from './subcommand.ts';

const help = `
toolwarden policy merge BASE FRAGMENT… [--json]

Prints BASE with the tools of each FRAGMENT added. What BASE refuses, asks about or limits stays so; where both
speak of a tool, both sets of conditions hold and the stricter action wins. Disagreements are named on stderr.

  --json    one line: {policy, conflicts: [{pointer, message}]}

Exit code 0 without disagreement, 1 with (the document is printed all the same), 2 if it could not be done.

Example:
  toolwarden policy recommend --server npm:@iterable/mcp --tool track_event | toolwarden policy merge policy.json -
`;

export const mergeSubcommand: Subcommand = {
  name: 'merge',
  summary: 'add a fragment to a policy without weakening it',
  help,
  run,
};

async function run(args: string[], io: Io): Promise<number> {
  const { values, positionals } = readArguments('policy merge', args, {});
  const [base, ...fragments] = positionals;
  if (base === undefined || fragments.length === 0) {
    throw new CliError(
      'usage',
      'policy merge: expected a policy and a fragment; see toolwarden policy merge --help',
    );
  }
  let { policy } = await readPolicy(io, base);
  const conflicts = [];
  for (const file of fragments) {
    const merged = merge(policy, (await readPolicy(io, file)).policy);
    policy = merged.policy;
    conflicts.push(...merged.conflicts.map((conflict) => ({ file, ...conflict })));
  }
  if (values.json) io.out(JSON.stringify({ policy, conflicts }));
  else {
    io.out(JSON.stringify(policy, null, 2));
    for (const { file, pointer, message } of conflicts)
      io.err(plainText(`${file}: ${pointer}: ${message}`));
  }
  return conflicts.length > 0 ? 1 : 0;
}
