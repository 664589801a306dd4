import type { CatalogueEntry } from '@toolwarden/catalogue';
import {
  merge,
  type Policy,
  type Profile,
  profiles,
  type Recommendation,
  recommend,
  recommendServer,
  withFlows,
} from '@toolwarden/policy';
import { CliError, readArguments } from '../../command.ts';
import type { Io } from '../../io.ts';
import { plainText } from '../../plain-text.ts';
import { need, readEntry } from './files.ts';
import type { Subcommand } from './subcommand.ts';

const help = `
toolwarden policy recommend --server ID… [--tool NAME] [--profile PROFILE] [--data DIR] [--why] [--json]

Prints the policy that suits a tool of the catalogue, or all tools of a server: from what each tool does, its risk
traits and its own arguments. Placeholders such as /workspace and example.com are yours to replace. For several
servers it prints one policy for all of them, with the flow rules that what they can do together needs.

  --server ID          such as npm:@iterable/mcp; may be given several times
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
    server: { type: 'string', multiple: true },
    tool: { type: 'string' },
    profile: { type: 'string' },
    data: { type: 'string' },
    why: { type: 'boolean' },
  });
  const [first, ...others] = values.server ?? [];
  const server = need('recommend', '--server ID', first);
  const profile = readProfile(values.profile ?? 'recommended');
  const data = values.data ?? 'data';
  const entry = await readEntry(io, server, data);
  if (values.tool !== undefined && others.length > 0) {
    throw new CliError('usage', 'policy recommend: --tool is of one server; give one --server');
  }
  const { policy, rules, effect } =
    values.tool !== undefined
      ? recommend(entry, values.tool, profile)
      : others.length === 0
        ? recommendServer(entry, profile)
        : recommendTogether(
            [entry, ...(await Promise.all(others.map((id) => readEntry(io, id, data))))],
            profile,
          );
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

/** One policy for servers that one agent uses together: marks of one keep another from acting. */
function recommendTogether(entries: readonly CatalogueEntry[], profile: Profile): Recommendation {
  const parts = entries.map((entry) => recommendServer(entry, profile));
  const merged = parts
    .map(({ policy: { name: _, ...policy } }) => policy)
    .reduce((all, policy) => merge(all, policy).policy, {
      version: '1',
      default: 'deny',
    } as Policy);
  const { policy, rules } = withFlows(merged, entries, profile);
  return {
    policy,
    rules: [...parts.flatMap((part) => part.rules), ...rules],
    effect: parts.map(({ effect }, index) => `${entries[index]?.record.id}: ${effect}`).join(' '),
  };
}

function readProfile(text: string): Profile {
  const profile = profiles.find((name) => name === text);
  if (profile) return profile;
  throw new CliError(
    'usage',
    `policy recommend: --profile ${text}: expected ${profiles.join(', ')}`,
  );
}
