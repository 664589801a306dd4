import { constants } from 'node:fs';
import { access, type FileHandle, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import glob from 'fast-glob';
import type * as z from 'zod';

/** A file of the store that cannot be used or written. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code: 'unreadable' | 'unwritable' | 'not-json' | 'invalid' | 'misplaced';
  readonly file: string;

  constructor(code: StoreError['code'], file: string, message: string, options?: ErrorOptions) {
    super(`${file}: ${message}`, options);
    this.code = code;
    this.file = file;
  }
}

/** Files that a glob names, in absolute paths, sorted. Links are not followed. */
export async function listFiles(dir: string, pattern: string): Promise<string[]> {
  try {
    const files = await glob(pattern, {
      cwd: dir,
      absolute: true,
      onlyFiles: true,
      followSymbolicLinks: false,
    });
    return files.sort();
  } catch (error) {
    throw unreadable(dir, error);
  }
}

/** The text of a file; `undefined` where there is none. Errors name it as `shown`. */
export async function readIfThere(file: string, shown = file): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw unreadable(shown, error);
  }
}

function unreadable(shown: string, error: unknown): StoreError {
  const { message } = error as Error;
  return new StoreError('unreadable', shown, `cannot be read (${message})`, { cause: error });
}

/** The error for a place that takes no file: a full or read-only disk, a file where a folder should be. */
export function unwritable(shown: string, error: unknown): StoreError {
  const { message } = error as Error;
  return new StoreError('unwritable', shown, `cannot be written (${message})`, { cause: error });
}

/** Parses the text of a file. @throws StoreError where it is not JSON. */
export function parseJson(text: string, shown: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new StoreError('not-json', shown, `is not JSON (${(error as Error).message})`, {
      cause: error,
    });
  }
}

/** Parses JSON; `undefined` for what is none. */
export function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Zod's issues as people read them: `path: message`, the first three. */
export function explainIssues(error: z.ZodError): string {
  const lines = error.issues.map(({ path, message }) =>
    path.length > 0 ? `${path.join('.')}: ${message}` : message,
  );
  const more = lines.length > 3 ? ` (and ${lines.length - 3} more)` : '';
  return `${lines.slice(0, 3).join('; ')}${more}`;
}

/** Writes a whole file or nothing, and only where its bytes change; says whether they did. */
export async function writeWhole(file: string, text: string): Promise<boolean> {
  if ((await readIfThere(file)) === text) return false;
  const draft = `${file}.${process.pid}.tmp`;
  try {
    await mkdir(dirname(file), { recursive: true });
    const handle = await open(draft, 'w');
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => {});
    throw unwritable(file, error);
  }
  return true;
}

/** Appends whole lines; a last line that a killed writer left without its end stays a line of its own. */
export async function appendLines(file: string, lines: string): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    const handle = await open(file, 'a+');
    try {
      await handle.appendFile((await isTorn(handle)) ? `\n${lines}` : lines);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw unwritable(file, error);
  }
}

/** Whether a file's last byte is something else than the end of a line. */
async function isTorn(handle: FileHandle): Promise<boolean> {
  const { size } = await handle.stat();
  if (size === 0) return false;
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer.toString('latin1') !== '\n';
}

/** Whether a path exists and can be read. */
export async function isReadable(path: string): Promise<boolean> {
  return access(path, constants.R_OK).then(
    () => true,
    () => false,
  );
}
