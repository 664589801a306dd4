import { statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import type { ServerRecord } from '@toolwarden/catalogue';

/** With less room than this an installation that found none says nothing of its package. */
export const LEAST_ROOM_BYTES = 256 * 1024 ** 2;

/**
 * Whose fault a want of room was: with room left on this machine it was the server that filled its share, or a package
 * too large, and must not stop all behind it. Asked when the server's own folder is gone.
 */
export async function blameForRoom(
  record: ServerRecord,
  hasLittle: () => Promise<boolean> = hasLittleRoom,
): Promise<{ record: ServerRecord; isFull: boolean }> {
  const { reason, detail = '' } = record;
  const isOutOfRoom =
    reason === 'disk-full' || (reason === 'install-failed' && /ENOSPC|no space left/i.test(detail));
  if (!isOutOfRoom) return { record, isFull: false };
  return (await hasLittle())
    ? { record: { ...record, reason: 'disk-full' }, isFull: true }
    : { record: { ...record, reason: 'limit-exceeded' }, isFull: false };
}

async function hasLittleRoom(): Promise<boolean> {
  const { bavail, bsize } = await statfs(tmpdir());
  return bavail * bsize < LEAST_ROOM_BYTES;
}
