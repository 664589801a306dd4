/** Longer lines are dropped, not buffered. */
const MAX_LINE_BYTES = 8 * 1024 * 1024;

const NEWLINE = 0x0a;

/**
 * Cuts a stream of chunks into lines, without their end. A line longer than the limit is reported once and thrown
 * away as it comes. Lines may share memory with the chunk: use them before the next one, or copy.
 */
export function createLineReader(
  onLine: (line: Buffer) => void,
  onOverlong: () => void,
  maxBytes = MAX_LINE_BYTES,
): (chunk: Buffer) => void {
  let parts: Buffer[] = [];
  let held = 0;
  let isDropping = false;
  const emit = (line: Buffer) => {
    // Windows line ends, and the blank lines some servers print.
    const end = line.at(-1) === 0x0d ? line.length - 1 : line.length;
    if (end > 0) onLine(end === line.length ? line : line.subarray(0, end));
  };
  return (chunk) => {
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(NEWLINE, start);
      const last = end === -1 ? chunk.length : end;
      if (!isDropping && held + last - start > maxBytes) {
        isDropping = true;
        parts = [];
        held = 0;
        onOverlong();
      }
      if (end === -1) {
        if (!isDropping && last > start) {
          parts.push(chunk.subarray(start));
          held += last - start;
        }
        return;
      }
      if (isDropping) isDropping = false;
      else if (held === 0) emit(chunk.subarray(start, end));
      else {
        parts.push(chunk.subarray(start, end));
        const line = Buffer.concat(parts);
        parts = [];
        held = 0;
        emit(line);
      }
      start = end + 1;
    }
  };
}
