import { CliError } from './command.ts';

/**
 * Headers given as `NAME:VALUE`. `${env:NAME}` in a value is filled in from the environment, where others on the machine do
 * not see it.
 */
export function readHeaders(
  command: string,
  headers: readonly string[],
  env: NodeJS.ProcessEnv,
): Record<string, string> {
  const filled = headers.map((header) => {
    const [, name = '', value = ''] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):\s*(.*)$/.exec(header) ?? [];
    if (name === '') throw new CliError('usage', `${command}: --header: expected NAME:VALUE`);
    const text = value.replace(/\$\{env:([A-Za-z_]\w*)\}/g, (_, variable: string) => {
      const found = env[variable];
      if (found !== undefined) return found;
      throw new CliError(
        'input',
        `${command}: --header ${name}: the variable ${variable} is not set`,
      );
    });
    if (/[^\t\x20-\x7e\x80-\xff]/.test(text)) {
      throw new CliError(
        'input',
        `${command}: --header ${name}: a character that no header may have`,
      );
    }
    return [name, text] as const;
  });
  return Object.fromEntries(filled);
}
