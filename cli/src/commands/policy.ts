import { StoreError } from '@toolwarden/catalogue/store';
import { PolicyError } from '@toolwarden/policy';
import { CliError } from '../command.ts';
import type { Io } from '../io.ts';
import { plainText } from '../plain-text.ts';
import { checkSubcommand } from './policy/check.ts';
import { decideSubcommand } from './policy/decide.ts';
import { diffSubcommand } from './policy/diff.ts';
import { explainSubcommand } from './policy/explain.ts';
import { learnSubcommand } from './policy/learn.ts';
import { mergeSubcommand } from './policy/merge.ts';
import { recommendSubcommand } from './policy/recommend.ts';
import { simulateSubcommand } from './policy/simulate.ts';
import type { Subcommand } from './policy/subcommand.ts';
import { testSubcommand } from './policy/test.ts';

const subcommands: readonly Subcommand[] = [
  checkSubcommand,
  decideSubcommand,
  diffSubcommand,
  explainSubcommand,
  learnSubcommand,
  mergeSubcommand,
  recommendSubcommand,
  simulateSubcommand,
  testSubcommand,
];

/** Runs `toolwarden policy …`; gives the exit code: 0 done, 1 found problems, 2 could not run. */
export async function policyCommand(args: string[], io: Io): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === '-h') {
    for (const line of overview()) io.out(line);
    return name === undefined ? 2 : 0;
  }
  const subcommand = subcommands.find((each) => each.name === name);
  if (subcommand === undefined) {
    const names = subcommands.map((each) => each.name).join(', ');
    io.err(
      `toolwarden policy: no command ${JSON.stringify(name.slice(0, 40))}; expected one of ${names}`,
    );
    return 2;
  }
  if (rest.includes('--help') || rest.includes('-h')) {
    io.out(subcommand.help.trim());
    return 0;
  }
  try {
    return await subcommand.run(rest, io);
  } catch (error) {
    if (!isExpected(error) || rest.includes('--debug')) throw error;
    io.err(plainText(`toolwarden ${error.message.replaceAll(/[\r\n]+/g, ' ')}`));
    return 2;
  }
}

function isExpected(error: unknown): error is Error {
  return error instanceof CliError || error instanceof PolicyError || error instanceof StoreError;
}

function overview(): string[] {
  const width = Math.max(...subcommands.map(({ name }) => name.length));
  return [
    'Usage: toolwarden policy <command> [options]\n\nCommands:',
    ...subcommands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    '\nEach takes --help, with an example. Example:\n  toolwarden policy check policies/marketing.json',
  ];
}
