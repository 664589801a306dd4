import { type ParseArgsConfig, parseArgs } from 'node:util';
import type { Io } from './io.ts';

/** One command of `toolwarden`. */
export type Command = {
  name: string;
  /** One line for the list of commands. */
  summary: string;
  /** The whole of `--help`; absent where the command explains itself. */
  help?: string;
  /** Gives the exit code: 0 done, 1 found problems, 2 could not run. Aborting `signal` asks for a clean stop. */
  run: (args: string[], io: Io, signal: AbortSignal) => Promise<number>;
};

/** Something a person must put right before the command can run: one line, exit code 2; 1 where it ran and refused. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly code: 'usage' | 'input' | 'environment' | 'refused';

  constructor(code: CliError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Options each command understands. */
const COMMON = {
  json: { type: 'boolean' },
  debug: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** Parses a command's arguments strictly; an unknown or incomplete option is a {@link CliError} of one line. */
export function readArguments<const Options extends NonNullable<ParseArgsConfig['options']>>(
  command: string,
  args: string[],
  options: Options,
) {
  try {
    return parseArgs({
      args,
      options: { ...COMMON, ...options },
      allowPositionals: true,
      strict: true,
    });
  } catch (error) {
    const [sentence] = (error as Error).message.split(/\. |\n/);
    throw new CliError('usage', `${command}: ${sentence}; see toolwarden ${command} --help`, {
      cause: error,
    });
  }
}

const UNIT_MS: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Reads `30s`, `10m`, `6h`, `2d` into milliseconds. */
export function readDuration(option: string, text: string): number {
  const [, amount, unit] = /^(\d+)([smhd])$/.exec(text) ?? [];
  const milliseconds = Number(amount) * (UNIT_MS[unit ?? ''] ?? Number.NaN);
  // Longer than this a timer of Node's fires at once.
  if (!(milliseconds > 0 && milliseconds < 2 ** 31)) {
    throw new CliError(
      'usage',
      `--${option} ${text}: expected a time such as 30s, 10m or 6h (at most 24d)`,
    );
  }
  return milliseconds;
}

/** Reads a whole number within bounds. */
export function readNumber(option: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most) {
    throw new CliError(
      'usage',
      `--${option} ${text}: expected a whole number from ${least} to ${most}`,
    );
  }
  return value;
}
