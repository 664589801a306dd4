import type { Places, SandboxRun } from '../src/sandbox/sandbox.ts';

/** How a process was started, with its places as words. */
export type Note = Pick<SandboxRun, 'limits' | 'workFiles' | 'homeFiles'> & {
  argv: string[];
  env: Record<string, string>;
  certificates: string[];
};
export type Starts = { install: Note; run: Note };

const WORDS: Places = {
  node: '{node}',
  npm: '{npm}',
  package: '{package}',
  cache: '{cache}',
  home: '{home}',
  work: '{work}',
  relay: '{relay}',
};

export function noteOf(order: SandboxRun): Note {
  return {
    ...order.command(WORDS),
    limits: order.limits,
    certificates: order.installing?.certificates ?? [],
    ...(order.workFiles && { workFiles: order.workFiles }),
    ...(order.homeFiles && { homeFiles: order.homeFiles }),
  };
}

/** The same start again, for the fixture server of this name. */
export function orderOf(
  note: Note,
  name: string,
): Pick<SandboxRun, 'command' | 'limits' | 'workFiles' | 'homeFiles'> {
  const fill = (text: string, places: Places) =>
    text
      .replaceAll(/\{(\w+)\}/g, (word, key: string) => places[key as keyof Places] ?? word)
      .replaceAll(/\bbench-\d+\b/g, name);
  return {
    command: (places) => ({
      argv: note.argv.map((word) => fill(word, places)),
      env: Object.fromEntries(
        Object.entries(note.env).map(([key, value]) => [key, fill(value, places)]),
      ),
    }),
    limits: note.limits,
    ...(note.workFiles && { workFiles: note.workFiles }),
    ...(note.homeFiles && { homeFiles: note.homeFiles }),
  };
}
