import { type Stats, statSync } from 'node:fs';

/** The files of an open database, as others may have changed them. */
export type WatchedFiles = {
  /**
   * `gone` where a name is no longer that of the file that was opened; `written` where somebody wrote to one in a way
   * that calls do not. SQLite does that itself when it copies its log into the main file, every few thousand calls.
   */
  look(): 'same' | 'written' | 'gone';
};

/** Watches the files of a database that was just opened. */
export function watchFiles(database: string): WatchedFiles {
  const log = `${database}-wal`;
  let [main, wal] = [statOf(database), statOf(log)];
  return {
    look() {
      const [mainNow, walNow] = [statOf(database), statOf(log)];
      if (!isSame(main, mainNow) || !isSame(wal, walNow)) return 'gone';
      // The log only grows; the main file stays as it is until the log is copied.
      const isWritten = mainNow.mtimeMs !== main?.mtimeMs || walNow.size < (wal?.size ?? 0);
      [main, wal] = [mainNow, walNow];
      return isWritten ? 'written' : 'same';
    },
  };
}

function isSame(opened: Stats | undefined, now: Stats | undefined): now is Stats {
  return now !== undefined && now.ino === opened?.ino && now.dev === opened.dev;
}

function statOf(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false });
}
