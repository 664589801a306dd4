import { type Stats, statSync } from 'node:fs';

/** What a file says, as long as it says it. */
export type FileWatch<Value> = {
  /** One version; hold on to it for as long as something rests on it. */
  readonly current: Value;
  /** Looks at the file now instead of at the next tick. */
  check(): Promise<void>;
  close(): void;
};

/** What a watch tells; `rejected` when the file changed and the last good version stays. */
export type FileEvent<Value> =
  | { kind: 'loaded'; value: Value }
  | { kind: 'rejected'; error: Error };

const TICK_MS = 1000;

/** Loads a file and follows it: all or nothing, and a file that is broken or gone changes nothing. */
export async function watchFile<Value>(
  path: string,
  {
    load,
    isSame,
  }: { load: (path: string) => Promise<Value>; isSame: (a: Value, b: Value) => boolean },
  tell: (event: FileEvent<Value>) => void,
): Promise<FileWatch<Value>> {
  let seen = fileIdentity(path);
  let current = await load(path);
  let isChecking = false;
  const check = async () => {
    const now = fileIdentity(path);
    if (isChecking || now === seen) return;
    isChecking = true;
    try {
      const next = await load(path);
      // Written again while it was read: the next tick reads it whole.
      if (fileIdentity(path) !== now) return;
      seen = now;
      if (isSame(next, current)) return;
      current = next;
      tell({ kind: 'loaded', value: next });
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
function fileIdentity(path: string): string {
  let stats: Stats;
  try {
    stats = statSync(path);
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code);
  }
  return `${stats.ino} ${stats.size} ${stats.mtimeMs} ${stats.ctimeMs}`;
}
