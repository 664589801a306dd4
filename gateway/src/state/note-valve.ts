import type { Note } from './state.ts';

const MINUTE = 60_000;
const MOST_A_MINUTE = 100;

/**
 * Lets so many notes of a kind pass a minute: a client that sends rubbish must not fill the disk with our notes of it.
 * The first note of the next minute says how many were dropped.
 */
export function createNoteValve(): (note: Note) => Note | undefined {
  const kinds = new Map<Note['kind'], { minute: number; passed: number; dropped: number }>();
  return (note) => {
    const minute = Math.floor(note.at / MINUTE);
    const now = kinds.get(note.kind);
    if (now?.minute === minute && now.passed >= MOST_A_MINUTE) {
      now.dropped++;
      return undefined;
    }
    const isNew = now?.minute !== minute;
    const dropped = isNew ? (now?.dropped ?? 0) : 0;
    kinds.set(note.kind, {
      minute,
      passed: isNew ? 1 : now.passed + 1,
      dropped: 0,
    });
    return dropped === 0 ? note : { ...note, detail: { ...note.detail, dropped } };
  };
}
