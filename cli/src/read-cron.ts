import { Cron } from 'croner';
import { CliError } from './command.ts';

/** Reads `--every`. */
export function readCron(expression: string): Pick<Cron, 'nextRun'> {
  try {
    return new Cron(expression, { paused: true });
  } catch (error) {
    throw new CliError(
      'usage',
      `--every ${JSON.stringify(expression)}: expected a cron expression such as '15 3 * * *' (${(error as Error).message})`,
    );
  }
}
