import type { ReviewReason } from '@toolwarden/catalogue';
import type { Act } from './act.ts';
import type { Reading } from './reading.ts';

/** What name, title and description state together. */
export type Stated = { main: Act | undefined; also: Act[]; review: ReviewReason[]; agree: boolean };

/** A router whose words do not say that it only looks may do anything its commands do: unclear, never a read. */
export function withRouting(stated: Stated, { fields, hints }: Reading): Stated {
  const isRouter =
    fields.some(
      ({ name, depth, values }) => depth === 0 && values.length === 0 && /^command$/i.test(name),
    ) && fields.some(({ name, depth }) => depth === 0 && /^(?:parameters|params)$/i.test(name));
  const { main } = stated;
  if (!isRouter || main === undefined || main.category !== 'Read' || hints.readOnly === true)
    return stated;
  const isLook = !main.isWeak || /^(?:return|show|display)$/.test(main.verb);
  if (main.kind === 'read' && isLook && main.verb !== 'provide') return stated;
  return {
    ...stated,
    main: { ...main, category: 'Write', kind: 'manage', isWeak: true },
    agree: false,
  };
}

const SAVES =
  /^\W*(?:optional(?:ly)?\W+)?(?:also )?(?:save|write|overwrite|append)s?\b|\b(?:to|will|also|optionally) (?:save|write|overwrite|append)\b|\b(?:will be|is|are|be|gets) (?:also )?(?:saved|written|overwritten|appended)\b|\bwhere to (?:save|write|store)\b/i;
const ON_A_DISK =
  /\b(?:files?|disk|filesystem|folder|directory|path|baseline)\b|\bto \.{0,2}[\w-]*\//i;
const SAVING_NAME =
  /^(?:save|update|write|overwrite)_?(?:baseline|snapshot|golden|file|to|to_?(?:file|disk|path)|as|path|dir(?:ectory)?)$/i;
const NOT_KEPT = /\b(?:not|never|without|instead of|temporary|read from|was|were|previously)\b/i;

/** A look that keeps its result in a file, by the words of one of its own arguments, writes. */
export function withSaving(stated: Stated, reading: Reading): Stated {
  const { main } = stated;
  if (main === undefined || main.category !== 'Read') return stated;
  const field = reading.fields.find(({ name, depth, description, type }) => {
    if (depth > 0 || type === 'object' || type === 'array') return false;
    if (SAVING_NAME.test(name)) return true;
    const [first = ''] = description.slice(0, 300).split(/\.\s/, 1);
    const saving = SAVES.exec(first);
    return (
      saving !== null &&
      ON_A_DISK.test(`${first} ${name}`) &&
      !NOT_KEPT.test(first.slice(0, saving.index))
    );
  });
  if (field === undefined) return stated;
  const act: Act = {
    category: 'Write',
    kind: 'save',
    isWeak: false,
    verb: 'save',
    object: [],
    objectText: '',
    pointer: field.pointer,
    quote: field.name,
    source: 'argument',
  };
  return { ...stated, main: act, also: [...stated.also, main], agree: false };
}
