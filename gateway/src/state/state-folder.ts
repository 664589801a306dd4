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
