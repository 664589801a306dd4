import type { Act } from './act.ts';
import { clauseOf, saidOf } from './clause.ts';
import type { Acts } from './find-acts.ts';
import type { ActKind } from './meaning.ts';
import type { Pick } from './pick.ts';
import type { Reading } from './reading.ts';
import type { View } from './signal.ts';

const READ_REASONS: Partial<Record<ActKind, readonly [string, ...string[]]>> = {
  compute: [
    'It works out an answer and keeps nothing, so it is a read.',
    'The result is worked out and handed back; no stored state changes, which makes it a read.',
  ],
  generate: [
    'What it produces is handed back rather than kept, so it is a read and not a write.',
    'It returns what it makes and stores nothing, which keeps it a read.',
  ],
  wait: ['It only waits or polls; nothing is set off, so it is a read.'],
  export: [
    'The definition names nothing stored that the export would change, so it is a read and not a write.',
  ],
};
const READ: readonly [string, ...string[]] = [
  'It only returns information; nothing is changed or set off, so it is a read.',
  'Nothing is stored, changed or started by it, which makes it a read and not a write.',
  'It looks something up and leaves everything as it was, so it is a read.',
];
const WRITE_REASONS: Partial<Record<ActKind, readonly [string, ...string[]]>> = {
  remove: [
    'The removal is stated whole in the arguments, so it is a write and not an execution.',
    'What goes is named in the call itself, which makes it a write rather than an execution.',
  ],
  send: [
    'What is sent stands in the arguments themselves, so it is a write and not an execution.',
    'Text and recipient are part of the call, which makes it a write rather than an execution.',
  ],
  mark: [
    'It sets a state of an existing record, stated whole in the call: a write, not an execution.',
    'A mark on something stored changes and nothing is started, so it is a write.',
  ],
  money: ['The dealing is stated in the arguments, so it is a write rather than an execution.'],
  choose: ['It changes which thing later calls work on, so it is a write and not a read.'],
  create: [
    'What is added is stated whole in the arguments and nothing is started, so it is a write.',
    'It adds stored state and sets nothing going, which makes it a write and not an execution.',
  ],
  change: [
    'The change is stated whole in the arguments and nothing is started, so it is a write.',
    'It alters stored state as the call says, which makes it a write and not an execution.',
  ],
  save: ['What it makes can be kept, so it is a write and not a read.'],
  manage: [
    'The definition does not say which acts this covers, so it is taken as a write rather than a read.',
  ],
};
const WRITE: readonly [string, ...string[]] = [
  'Stored state changes as the arguments say and no process is started, so it is a write.',
  'It changes what is stored and sets nothing going, which makes it a write and not an execution.',
];
/** Where the arguments do not hold what is sent, or there are none. */
const WRITE_ELSEWHERE: readonly [string, ...string[]] = [
  'The call itself makes the change and no process is started, so it is a write and not an execution.',
  'It is one change, made by the call itself, which makes it a write rather than an execution.',
];

/** Whether the arguments hold what the reason says they do. */
function isStatedWhole({ kind, verb }: Act, { fields }: Reading, acts: Acts): boolean {
  // Of a copy, a snapshot or what an agent writes, the arguments say where it comes from and not what it holds.
  // "Deny all requests": the arguments do not name them.
  if (acts.lead.some((act) => /^\s*all\b/i.test(clauseOf(act) ?? ''))) return false;
  const isPlainChange = kind === 'create' || kind === 'change' || kind === 'remove';
  if (isPlainChange && (MADE_FROM.test(verb) || acts.lead.some((act) => isMadeElsewhere(act))))
    return false;
  // What a file holds does not stand in the arguments that name it.
  if (
    kind === 'create' &&
    !fields.some(({ name }) => SAID.test(name)) &&
    fields.some(({ name }) => /(?:^|_)(?:file_?)?path$|filePath$/i.test(name))
  )
    return false;
  if (fields.length === 0) return kind === 'mark' || kind === 'choose' || kind === 'manage';
  return (
    kind !== 'send' ||
    (fields.some(({ name }) => SAID.test(name)) && fields.some(({ name }) => RECIPIENT.test(name)))
  );
}
const MADE_FROM =
  /^(?:copy|duplicate|clone|fork|snapshot|capture|convert|generate|import|backup|merge|extract|parse|restore|revert|undo|redo|prune|clean|cleanup|finali[sz]e)$/;
const BY_OTHERS =
  /\b(?:using|by|with) (?:an? |the )?(?:[\w-]+ ){0,4}(?:AI|LLM|agent)\b|\b(?:untracked|unused|stale|orphaned|expired|accumulated|collected)\b/;
function isMadeElsewhere(act: Act): boolean {
  return MADE_FROM.test(act.verb) || BY_OTHERS.test(saidOf(act).slice(0, 200));
}
const SAID = /text|body|content|message|html|caption|comment|subject|payload|tweets?|status|post/i;
const RECIPIENT =
  /(?:^|_)to$|^to[_A-Z]|recipient|email|phone|user|channel|chat|thread|number|member|match|address|id$|To$/i;

const EXECUTE_REASONS: Partial<Record<ActKind, readonly [string, ...string[]]>> = {
  touch: [
    'What such an action does is decided by the page or screen it meets, so it is an execution and not a write.',
    'The page or app, not the call, decides the effect, which makes it an execution.',
  ],
  stop: ['It steers something that runs, so it is an execution rather than a write.'],
  sendoff: [
    'What goes out was prepared elsewhere, not in the arguments, so it is an execution and not a write.',
  ],
  publish: [
    'What becomes public was prepared elsewhere, so it is an execution rather than a write.',
  ],
  phone: ['It starts a live call outside the system, so it is an execution rather than a write.'],
  sync: [
    'What changes lies in files or server state rather than in the arguments, so it is an execution.',
  ],
  login: ['It starts a session whose effect lies outside the arguments, so it is an execution.'],
};
const EXECUTE: readonly [string, ...string[]] = [
  'It sets something going whose effect is decided outside the call, so it is an execution and not a write.',
  'The effect depends on what the call meets and not on its arguments alone, which makes it an execution.',
  'What follows is defined elsewhere, not in the call, so it is an execution rather than a write.',
];

/** Why the category is the one it is and not its neighbour, in one sentence. */
export function whyCategory({ category, main, program, reading, acts }: View, pick: Pick): string {
  if (program?.kind === 'code')
    return 'A program of the caller’s own can do anything, so it is an execution.';
  if (program?.kind === 'query')
    return category === 'Read'
      ? 'The statement can only select, so it is a read whatever the verb.'
      : 'The definition does not limit it to selecting, so it is an execution and not a read.';
  if (program?.kind === 'api' && category === 'Execute')
    return 'The arguments decide what the operation does, so it is an execution.';
  if (main === undefined)
    return category === 'Read'
      ? 'Only the server’s own hint says that it reads, so a read is assumed with low confidence.'
      : 'An unclear tool is never taken for a read, so it stands as a write until a person has looked.';
  if (category !== main.category)
    return `The words leave it open and the server’s hint ${reading.hints.readOnly === true ? 'says that it only reads, so it is a read' : 'denies that it only reads, so it is a write'}.`;
  if (category === 'Write' && !isStatedWhole(main, reading, acts)) return pick(WRITE_ELSEWHERE);
  const table = { Read: READ_REASONS, Write: WRITE_REASONS, Execute: EXECUTE_REASONS }[category];
  const fallback = { Read: READ, Write: WRITE, Execute: EXECUTE }[category];
  // "Request cancellation of a job": what runs is stopped, and nothing is started.
  const isStop =
    category === 'Execute' &&
    (main.verb === 'shutdown' || /\b(?:cancell?ation|termination)\b/i.test(main.quote));
  return pick(table[isStop ? 'stop' : main.kind] ?? fallback);
}
