import { closeSync, fstatSync, ftruncateSync, openSync, writeSync } from 'node:fs';

/** Appends a text whole or not at all: the part of it that a full disk still took is taken back. */
export function appendWhole(path: string, text: string): void {
  const file = openSync(path, 'a', 0o600);
  try {
    const bytes = Buffer.from(text);
    const { size } = fstatSync(file);
    let written = 0;
    try {
      while (written < bytes.length) written += writeSync(file, bytes, written);
    } catch (error) {
      // Where another process wrote behind it, it stays, and shows.
      if (written > 0 && fstatSync(file).size === size + written) ftruncateSync(file, size);
      throw error;
    }
  } finally {
    closeSync(file);
  }
}
