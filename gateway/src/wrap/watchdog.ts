import { spawn } from 'node:child_process';

/** How long a server may outlive a gateway that could not end it. */
const GRACE_S = 2;

/**
 * A gateway that is killed cannot end its server, and not every server ends with its input. A shell does it: its own
 * input ends with us, and its process group is not ours, so that it does not die of what we died of.
 */
const SCRIPT = `read _; sleep ${GRACE_S}; kill -s KILL -- "-$1" 2>/dev/null`;

/** Sees to it that a process group ends after this process does; gives what calls that off. */
export function watchOver(group: number): () => void {
  if (process.platform === 'win32') return () => {};
  const watchdog = spawn('/bin/sh', ['-c', SCRIPT, 'toolwarden-watchdog', String(group)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    env: { PATH: '/usr/bin:/bin' },
    detached: true,
  });
  // Without a shell there is no watchdog; the server still sees its input end.
  watchdog.on('error', () => {});
  watchdog.stdin.on('error', () => {});
  watchdog.unref();
  return () => void watchdog.kill('SIGKILL');
}
