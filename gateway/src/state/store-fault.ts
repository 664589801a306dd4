import { GatewayError } from '../gateway-error.ts';

// SQLite's result codes, https://sqlite.org/rescode.html
const [IOERR_SHORT_READ, IOERR_WRITE] = [522, 778];
const [BUSY, LOCKED, READONLY, CORRUPT, FULL, CANTOPEN, NOTADB] = [5, 6, 8, 11, 13, 14, 26];

/** Says in words what is wrong with the store and how to recover; every code of ours passes through unchanged. */
export function storeFault(error: unknown, file: string): GatewayError {
  if (error instanceof GatewayError) return error;
  const { errcode, message } = error as Error & { errcode?: number };
  const code = (errcode ?? 0) & 0xff;
  const fault = (say: string) =>
    new GatewayError('state-unavailable', `${file}: ${say}`, { cause: error });
  if (code === BUSY || code === LOCKED) {
    return fault('another process kept it locked for over 2 s; the call was refused, try again');
  }
  if (code === READONLY) {
    return fault('it may not be written; give its owner write permission on file and folder');
  }
  if (code === FULL) return noRoomFault(file, error);
  // SQLite does not tell the two apart.
  if (errcode === IOERR_WRITE)
    return fault('a write failed; a quota is used up, or the disk fails');
  if (code === CANTOPEN) return fault('it cannot be opened; see to the permissions of its folder');
  // A file that ends before it should was cut.
  if ([CORRUPT, NOTADB].includes(code) || errcode === IOERR_SHORT_READ)
    return corruptFault(file, error);
  return fault(`it cannot be used (${message})`);
}

/** The store is there and is not what we wrote. It is never made anew: that would forget limits and audit. */
export function corruptFault(file: string, cause?: unknown): GatewayError {
  return new GatewayError(
    'state-corrupt',
    `${file}: damaged; restore it with its -wal file from a backup, or move the whole folder away to begin anew without its counters, grants, approvals and audit`,
    { cause },
  );
}

/** Whether a fault of ours says that nothing more fits on the disk, or into what its user may have of it. */
export function isNoRoom(error: unknown): boolean {
  if (!(error instanceof GatewayError)) return false;
  const { errcode = 0 } = (error.cause ?? {}) as { errcode?: number };
  return (errcode & 0xff) === FULL || errcode === IOERR_WRITE;
}

/** No call begins while there is not even room to say how it ended. */
export function noRoomFault(file: string, cause?: unknown): GatewayError {
  return new GatewayError(
    'state-unavailable',
    `${file}: no room to write; make room, calls then pass again by themselves`,
    { cause },
  );
}

/** Whether another process has the lock. */
export function isBusy(error: unknown): boolean {
  const code = ((error as { errcode?: number }).errcode ?? 0) & 0xff;
  return code === BUSY || code === LOCKED;
}

/** Whether the connection may go on after this fault: nothing was written, and nothing is wrong with the file. */
export function isPassing(error: unknown): boolean {
  return isBusy(error) || ((error as { errcode?: number }).errcode ?? 0) === FULL;
}
