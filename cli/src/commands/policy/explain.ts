import { createRunner, explain, type Policy, ruleWords } from '@toolwarden/policy';
import { CliError, readArguments } from '../../command.ts';
import type { Io } from '../../io.ts';
import { plainText } from '../../plain-text.ts';
import { readCalls } from './decide.ts';
import { readPolicy } from './files.ts';
import type { Subcommand } from './subcommand.ts';

const help = `
toolwarden policy explain FILE [--call FILE] [--json]

Says in words what a policy does, a line for each rule; with --call, what it decides about the calls, once as the
operator reads it and once as the agent is told.

  --call FILE    one call or a list of calls, as policy decide reads them
  --json         one line each: {pointer, words} or {decision, forPerson, forAgent}

Example:
  toolwarden policy explain policies/marketing.json
`;

export const explainSubcommand: Subcommand = {
  name: 'explain',
  summary: 'say in words what a policy does',
  help,
  run,
};

async function run(args: string[], io: Io): Promise<number> {
  const { values, positionals } = readArguments('policy explain', args, {
    call: { type: 'string' },
    policy: { type: 'string' },
  });
  const [file = values.policy] = positionals;
  if (file === undefined || positionals.length > 1) {
    throw new CliError(
      'usage',
      'policy explain: expected one file; see toolwarden policy explain --help',
    );
  }
  const { policy, compiled } = await readPolicy(io, file);
  if (values.call === undefined) {
    for (const { pointer, words } of linesOf(policy)) {
      io.out(values.json ? JSON.stringify({ pointer, words }) : plainText(`${pointer}: ${words}`));
    }
    return 0;
  }
  const decide = createRunner(compiled);
  for (const call of await readCalls(io, values.call)) {
    const decision = decide(call);
    const words = explain(decision, call);
    if (values.json) io.out(JSON.stringify({ decision, ...words }));
    else io.out(`${plainText(words.forPerson)}\n  to the agent: ${plainText(words.forAgent)}`);
  }
  return 0;
}

function linesOf({
  default: fallback,
  hide = [],
  all_tools,
  tools = {},
  classes = {},
  flows = [],
}: Policy) {
  const named = (part: string, rules: Policy['classes'] & {}) =>
    Object.entries(rules).flatMap(([key, rule]) =>
      rule ? [{ pointer: `${part} ${key}`, words: ruleWords(rule, part) }] : [],
    );
  return [
    {
      pointer: 'default',
      words:
        fallback === 'deny'
          ? 'What nothing allows is refused.'
          : 'What nothing refuses is allowed.',
    },
    ...(hide.length > 0
      ? [{ pointer: 'hide', words: `Hidden and refused: ${hide.join(', ')}.` }]
      : []),
    ...(all_tools ? [{ pointer: 'all_tools', words: ruleWords(all_tools, 'all_tools') }] : []),
    ...named('tools', tools),
    ...named('classes', classes),
    ...flows.map(({ after, within, then, action }, index) => ({
      pointer: `flows ${index}`,
      words: `Within ${within} after ${after.traits.join(' and ')}, ${then.traits.join(' or ')} ${action === 'deny' ? 'is refused' : 'asks a person'}.`,
    })),
  ];
}
