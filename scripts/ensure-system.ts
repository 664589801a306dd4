import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** System programs that parts of the product need: the Debian package of each, and how its command may be called. */
const PROGRAMS = {
  bubblewrap: { commands: ['bwrap'] },
  'redis-server': { commands: ['redis-server'] },
  faketime: { commands: ['faketime'] },
  openssl: { commands: ['openssl'] },
  chromium: { commands: ['chromium', 'chromium-browser', 'google-chrome'] },
} as const;
export type SystemPackage = keyof typeof PROGRAMS;

/**
 * Makes sure of system packages. As root on Debian it installs what is missing and says so; elsewhere it says how
 * to install them. Gives the packages that are still missing.
 */
export function ensureSystem(
  wanted: readonly SystemPackage[],
  say: (line: string) => void,
): SystemPackage[] {
  const missing = wanted.filter((name) => !isInstalled(name));
  if (missing.length === 0) return [];
  const command = `apt-get install -y --no-install-recommends ${missing.join(' ')}`;
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) {
    say(
      `Missing: ${missing.join(', ')}. Install with: sudo ${command} (or your system's packages of these names)`,
    );
    return missing;
  }
  say(`Installing ${missing.join(', ')} with apt-get`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  for (const args of [['update', '-q'], command.split(' ').slice(1)]) {
    const { status, stderr, error } = spawnSync('apt-get', args, {
      env,
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
    });
    if (status !== 0) {
      const why = (stderr || error?.message || '').trim().split('\n').at(-1) ?? '';
      say(`apt-get ${args[0]} failed: ${why}. Install by hand: ${command}`);
      break;
    }
  }
  return missing.filter((name) => !isInstalled(name));
}

function isInstalled(name: SystemPackage): boolean {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin', '/bin', '/usr/sbin'];
  return PROGRAMS[name].commands.some((command) =>
    folders.some((folder) => folder !== '' && isExecutable(join(folder, command))),
  );
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
