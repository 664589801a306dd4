import { dirname, relative, resolve } from 'node:path';
import { policyTestFileSchema, runPolicyTests, type TestFailure } from '@toolwarden/policy';
import { CliError, readArguments } from '../../command.ts';
import type { Io } from '../../io.ts';
import { resolvePath } from '../../paths.ts';
import { plainText } from '../../plain-text.ts';
import { parseAs, readJson, readPolicy } from './files.ts';
import type { Subcommand } from './subcommand.ts';

const help = `
toolwarden policy test FILE.policy-test.json… [--policy FILE] [--json]

Runs tests of policies. A test file is {policy?, tests: [{name, calls: [{tool, arguments?, …, expect}]}]}; "policy" is
relative to the file, and may be left out where the name before .policy-test.json has a policy beside it. The calls
of a test follow each other with counters that start empty; "at" sets the time, "expect" is an effect or {effect,
rules?, reason?}.

  --policy FILE    test this policy instead
  --json           one line a test: {file, name, failures}

Exit code 0 if all pass, 1 if one fails, 2 if they could not run.

Example:
  toolwarden policy test policies/marketing.policy-test.json
`;

export const testSubcommand: Subcommand = {
  name: 'test',
  summary: 'run the tests of a policy',
  help,
  run,
};

async function run(args: string[], io: Io): Promise<number> {
  const { values, positionals } = readArguments('policy test', args, {
    policy: { type: 'string' },
  });
  if (positionals.length === 0) {
    throw new CliError('usage', 'policy test: no file named; see toolwarden policy test --help');
  }
  let passed = 0;
  let failed = 0;
  for (const file of positionals) {
    const { policy, tests } = parseAs(policyTestFileSchema, await readJson(io, file), file);
    const { compiled } = await readPolicy(io, values.policy ?? policyBeside(io, file, policy));
    for (const { name, failures } of runPolicyTests(compiled, tests)) {
      if (failures.length === 0) passed++;
      else failed++;
      if (values.json) io.out(JSON.stringify({ file, name, failures }));
      else if (failures.length > 0)
        for (const line of failureLines(file, name, failures)) io.out(plainText(line));
    }
  }
  if (!values.json) io.out(`${passed} passed, ${failed} failed`);
  return failed > 0 ? 1 : 0;
}

function policyBeside(io: Io, file: string, named: string | undefined): string {
  const path = resolvePath(io, file);
  const beside = named ?? path.replace(/\.policy-test\.json$/, '.json');
  if (beside === path) {
    throw new CliError(
      'usage',
      `policy test: ${file} names no policy, and its name does not end in .policy-test.json`,
    );
  }
  return relative(io.cwd, resolve(dirname(path), beside)) || beside;
}

function failureLines(file: string, name: string, failures: readonly TestFailure[]): string[] {
  return failures.map(({ call, tool, expected, actual }) => {
    const wanted = [expected.effect, expected.rules?.join(', '), expected.reason]
      .filter(Boolean)
      .join(' by ');
    return `${file}: ${name}: call ${call} (${tool}): expected ${wanted}, found ${actual.effect} by ${actual.rules.join(', ')}: ${actual.reason}`;
  });
}
