import type { Category } from '@toolwarden/catalogue';
import { objects } from './lexicon/objects.ts';
import type { Field } from './reading.ts';
import { singular } from './words.ts';

/** What kind of thing one act is: finer than a category, so that traits and words can follow from it. */
export type ActKind =
  | 'read'
  | 'compute'
  | 'generate'
  | 'wait'
  | 'create'
  | 'change'
  | 'mark'
  | 'remove'
  | 'reset'
  | 'choose'
  | 'upload'
  | 'save'
  | 'send'
  | 'sendoff'
  | 'publish'
  | 'share'
  | 'money'
  | 'run'
  | 'start'
  | 'stop'
  | 'ship'
  | 'build'
  | 'sync'
  | 'restore'
  | 'connect'
  | 'login'
  | 'phone'
  | 'touch'
  | 'open'
  | 'export'
  | 'manage';

/** What a verb and its object mean. `isWeak`: the words alone do not settle it, and plainer ones may. */
export type Meaning = { category: Category; kind: ActKind; isWeak: boolean };

/** What else of a definition may settle what a verb means. */
export type Surroundings = {
  /** Words of the object. */
  object: readonly string[];
  /** Words after the object, in the same clause. */
  after: readonly string[];
  fields: readonly Field[];
  /** The whole lead sentence, or the name, in lower case. */
  phrase: string;
  /** True where the tool moves in a world of coins and chains. */
  isCrypto: boolean;
  /** True where the tool works on a live screen. */
  isScreen: boolean;
  /** True where the description says that the call hands the work to a job. */
  isAsync: boolean;
};

export const read = (isWeak = false): Meaning => ({ category: 'Read', kind: 'read', isWeak });
export const write = (kind: ActKind, isWeak = false): Meaning => ({
  category: 'Write',
  kind,
  isWeak,
});
export const execute = (kind: ActKind, isWeak = false): Meaning => ({
  category: 'Execute',
  kind,
  isWeak,
});

/** A place on a disk that a result is written to. */
const OUTPUT_PATH =
  /^(?:output|out|save|dest|destination|target|dst|export|result|download)_?(?:file|path|dir|directory|folder|filename|file_?path|file_?name|to|dir_?path)$|^(?:output|destination|local_?path|saveTo|outfile|outdir|outputFile|filename|savePath|downloadPath|saveDir|save_to_file|save_to)$/i;

/** Settles what one verb means from its object and surroundings. */
export type Rule = (verb: string, around: Surroundings) => Meaning;

export function hasOutputPath({ fields, phrase }: Surroundings): boolean {
  // "Download an attachment by filename": the name says which one, not where to.
  const isKey = /\bby (?:its )?(?:file ?)?name\b/.test(phrase);
  return fields.some(
    ({ name, depth }) =>
      depth <= 1 && OUTPUT_PATH.test(name) && !(isKey && /^file_?name$/i.test(name)),
  );
}

const PATH_NAME =
  /^(?:file_?paths?|paths?|input_?(?:file|path)|source_?(?:file|path)|image_?path|pdf_?path|file|files)$/i;

export function hasPath({ fields }: Surroundings): boolean {
  return fields.some(({ name, depth }) => depth === 0 && PATH_NAME.test(name));
}

const TEXT_NAME =
  /^(?:text|content|contents|body|message|messages|caption|html|markdown|tweet|status|post|payload|data|comment|files|value|thread)$/i;

export function hasText({ fields }: Surroundings): boolean {
  return fields.some(({ name, depth }) => depth <= 1 && TEXT_NAME.test(name));
}

export function headIs(a: Surroundings, kind: 'workload' | 'job'): boolean {
  const head = a.object.at(-1);
  return head !== undefined && (objects[kind].has(head) || objects[kind].has(singular(head)));
}
