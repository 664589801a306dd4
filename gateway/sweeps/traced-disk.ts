/** What one system call did to a file, as strace shows it. */
export type DiskEvent =
  | { kind: 'write'; path: string; data: Buffer; offset: number }
  | { kind: 'cut'; path: string; length: number }
  | { kind: 'sync'; path: string }
  | { kind: 'said'; text: string };

const WRITE = /pwrite64\(\d+<([^>]+)>, "((?:\\x[0-9a-f]{2})*)", \d+, (\d+)\)\s+= \d+/;
const SYNC = /f(?:data)?sync\(\d+<([^>]+)>\)\s+= 0/;
const CUT = /ftruncate\(\d+<([^>]+)>, (\d+)\)\s+= 0/;
const SAID = /\bwrite\(1<[^>]*>, "((?:\\x[0-9a-f]{2})*)", \d+\)\s+= \d+/;

/** Reads a line of `strace -f -y -xx`; `undefined` for what says nothing about files. */
export function readTrace(line: string): DiskEvent | undefined {
  const write = WRITE.exec(line);
  if (write) {
    const [, path = '', data = '', offset] = write;
    return { kind: 'write', path: pathOf(path), data: bytesOf(data), offset: Number(offset) };
  }
  const [, synced] = SYNC.exec(line) ?? [];
  if (synced !== undefined) return { kind: 'sync', path: pathOf(synced) };
  const [, path, length] = CUT.exec(line) ?? [];
  if (path !== undefined) return { kind: 'cut', path: pathOf(path), length: Number(length) };
  const [, said] = SAID.exec(line) ?? [];
  return said === undefined ? undefined : { kind: 'said', text: bytesOf(said).toString() };
}

const bytesOf = (escaped: string) => Buffer.from(escaped.replaceAll('\\x', ''), 'hex');

// Some versions of strace escape names as they escape data.
const pathOf = (name: string) => (name.startsWith('\\x') ? bytesOf(name).toString() : name);

type Change = Extract<DiskEvent, { kind: 'write' | 'cut' }>;
type File = { synced: Buffer; pending: Change[] };

/** A disk that keeps what was synced, and of the rest whatever a loss of power happens to leave. */
export function createTracedDisk(start: ReadonlyMap<string, Buffer>) {
  const files = new Map<string, File>(
    [...start].map(([path, synced]) => [path, { synced, pending: [] }]),
  );
  return {
    apply(event: DiskEvent): void {
      if (event.kind === 'said') return;
      const file = files.get(event.path) ?? { synced: Buffer.alloc(0), pending: [] };
      files.set(event.path, file);
      if (event.kind !== 'sync') file.pending.push(event);
      else {
        file.synced = file.pending.reduce(changed, file.synced);
        file.pending = [];
      }
    },
    /** The files after a loss of power; `keeps` says of each write that was not synced whether it got there. */
    imageWith(keeps: () => boolean): Map<string, Buffer> {
      return new Map(
        [...files].map(([path, { synced, pending }]) => [
          path,
          pending.filter(keeps).reduce(changed, synced),
        ]),
      );
    },
  };
}

function changed(image: Buffer, change: Change): Buffer {
  if (change.kind === 'cut') {
    return Buffer.concat([image.subarray(0, change.length)], change.length);
  }
  const next = Buffer.alloc(Math.max(image.length, change.offset + change.data.length));
  image.copy(next);
  change.data.copy(next, change.offset);
  return next;
}
