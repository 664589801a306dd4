import { type Stats, statSync } from 'node:fs';
import { type LoadedPolicy, loadPolicy } from './load-policy.ts';

/** The policy in force, which follows its file. */
export type PolicyWatch = {
  /** One version; hold on to it for as long as a call is judged. */
  readonly current: LoadedPolicy;
  /** Looks at the file now instead of at the next tick. */
  check(): Promise<void>;
  close(): void;
};

/** What a watch tells; `rejected` when the file changed and the last good policy stays. */
export type PolicyEvent =
  | { kind: 'loaded'; policy: LoadedPolicy }
  | { kind: 'rejected'; error: Error };

const TICK_MS = 1000;

/** Loads a policy and follows its file: all or nothing, and a file that is broken or gone changes nothing. */
export async function watchPolicy(
  path: string,
  tell: (event: PolicyEvent) => void,
): Promise<PolicyWatch> {
  let seen = fileIdentity(path);
  let current = await loadPolicy(path);
  let isChecking = false;
  const check = async () => {
    const now = fileIdentity(path);
    if (isChecking || now === seen) return;
    isChecking = true;
    try {
      const next = await loadPolicy(path);
      // Written again while it was read: the next tick reads it whole.
      if (fileIdentity(path) !== now) return;
      seen = now;
      if (next.digest === current.digest) return;
      current = next;
      tell({ kind: 'loaded', policy: next });
    } catch (error) {
      seen = now;
      tell({ kind: 'rejected', error: error as Error });
    } finally {
      isChecking = false;
    }
  };
  // Asked rather than watched: notifications are lost when an editor replaces the file.
  const timer = setInterval(() => void check(), TICK_MS);
  timer.unref();
  return {
    get current() {
      return current;
    },
    check,
    close: () => clearInterval(timer),
  };
}

/** Changes whenever a file is written, replaced or removed. */
export function fileIdentity(path: string): string {
  let stats: Stats;
  try {
    stats = statSync(path);
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code);
  }
  return `${stats.ino} ${stats.size} ${stats.mtimeMs} ${stats.ctimeMs}`;
}
