import { readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GatewayError } from '../gateway-error.ts';
import { makeFolder } from '../state/make-folder.ts';

/** What happened to a login: its token was used, its session was ended. */
type Mark = 'used' | 'ended';

/** Logins as files in a folder, so that all processes that share it know of them, also after a restart. */
export type LoginMarks = {
  /** True for the first who makes the mark. */
  make(mark: Mark, login: { id: string; expiresAt: number }): boolean;
  has(mark: Mark, login: { id: string; expiresAt: number }): boolean;
  /** Forgets logins whose time is over anyway. */
  forget(at: number): void;
};

/** The marks in a folder, which is made with the first of them. */
export function openLoginMarks(folder: string): LoginMarks {
  const nameOf = (mark: Mark, { id, expiresAt }: { id: string; expiresAt: number }) =>
    `${expiresAt.toString(36)}.${id}.${mark}`;
  return {
    make: (mark, login) =>
      guarded(folder, () => {
        makeFolder(folder);
        try {
          writeFileSync(join(folder, nameOf(mark, login)), '', { mode: 0o600, flag: 'wx' });
          return true;
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
          throw error;
        }
      }),
    has: (mark, login) =>
      guarded(
        folder,
        () => statSync(join(folder, nameOf(mark, login)), { throwIfNoEntry: false }) !== undefined,
      ),
    forget(at) {
      guarded(folder, () => {
        makeFolder(folder);
        for (const name of readdirSync(folder)) {
          const until = Number.parseInt(name.split('.', 1)[0] ?? '', 36);
          if (until <= at) rmSync(join(folder, name), { force: true });
        }
      });
    },
  };
}

/** Where it cannot be told whether a login holds, none does. */
function guarded<Result>(folder: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    const message = `${folder}: logins cannot be kept there (${(error as Error).message})`;
    throw new GatewayError('state-unavailable', message, { cause: error });
  }
}
