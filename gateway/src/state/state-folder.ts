import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** Where a user's state lies: as said on the command line, else `$TOOLWARDEN_STATE`, else below the home folder. */
export function stateFolder(
  option: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
  cwd: string,
): string {
  const chosen = option ?? (env.TOOLWARDEN_STATE || undefined);
  return chosen === undefined
    ? join(env.HOME || homedir(), '.local', 'state', 'toolwarden')
    : resolve(cwd, chosen);
}

/** What a person adds to a command so that it finds this state too: nothing where the state lies where it does anyway. */
export function stateOption(
  folder: string,
  env: Readonly<Record<string, string | undefined>>,
  cwd: string,
): string {
  // The variable may be set for the client only, so it does not count as known.
  if (folder === stateFolder(undefined, { HOME: env.HOME }, cwd)) return '';
  return ` --state ${shellWord(folder)}`;
}

function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
