import { type Profile, profiles, recommend, recommendServer } from '@toolwarden/policy';
import { CliError, readArguments } from '../../command.ts';
import type { Io } from '../../io.ts';
import { plainText } from '../../plain-text.ts';
import { need, readEntry } from './files.ts';
import type { Subcommand } from './subcommand.ts';

const help = `
toolwarden policy recommend --server ID [--tool NAME] [--profile PROFILE] [--data DIR] [--why] [--json]

Prints the policy that suits a tool of the catalogue, or all tools of a server: from what each tool does, its risk
traits and its own arguments. Placeholders such as /workspace and example.com are yours to replace.

  --server ID          such as npm:@iterable/mcp
  --tool NAME          one tool; without it, the whole server
  --profile PROFILE    strict (reads only), recommended (default) or permissive
  --data DIR           where the catalogue lies (default data)
  --why                after the document, why each rule is there, on stderr
  --json               one line: {policy, rules: [{pointer, why}], effect}

Example:
  toolwarden policy recommend --server npm:@iterable/mcp --tool send_campaign > policy.json
`;

export const recommendSubcommand: Subcommand = {
  name: 'recommend',
  summary: 'print the policy that suits a tool or a server',
  help,
  run,
};

async function run(args: string[], io: Io): Promise<number> {
  const { values } = readArguments('policy recommend', args, {
    server: { type: 'string' },
    tool: { type: 'string' },
    profile: { type: 'string' },
    data: { type: 'string' },
    why: { type: 'boolean' },
  });
  const server = need('recommend', '--server ID', values.server);
  const profile = readProfile(values.profile ?? 'recommended');
  const entry = await readEntry(io, server, values.data ?? 'data');
  const { policy, rules, effect } =
    values.tool === undefined
      ? recommendServer(entry, profile)
      : recommend(entry, values.tool, profile);
  if (values.json) {
    io.out(JSON.stringify({ policy, rules, effect }));
    return 0;
  }
  io.out(JSON.stringify(policy, null, 2));
  if (values.why) {
    io.err(effect);
    for (const { pointer, why } of rules) io.err(plainText(`${pointer}: ${why}`));
  }
  return 0;
}

function readProfile(text: string): Profile {
  const profile = profiles.find((name) => name === text);
  if (profile) return profile;
  throw new CliError(
    'usage',
    `policy recommend: --profile ${text}: expected ${profiles.join(', ')}`,
  );
}
