import type { Act } from '../act.ts';
import { objects } from '../lexicon/objects.ts';
import type { Field } from '../reading.ts';
import {
  defineSignal,
  inDescription,
  inName,
  keyOf,
  leadSentence,
  type Quote,
  type View,
} from '../signal.ts';
import { singular } from '../words.ts';

const MANY_NAME = /bulk|batch|mass(?=[_A-Z-])|_many\b|Many\b|-many\b|_all\b|multiple/i;
const ONE_THING =
  /\b(?:commit|block|blocks|edits?|cells?|lines?|fields|shapes?|elements?|slides?|slide|columns?|ranges?|charts?|layers?|nodes? in|text|archive|zip|styles?|sections?|staging|keys to|annotations?|keyframes|clips|form|variables? at once for one|frames|properties)\b/i;
const MANY_WORDS =
  /\b(?:multiple|several|many|all (?:of )?(?:the |your |its )?(?:\w+ )?(?:users|contacts|subscribers|followers|members|records|items|files|messages|emails|tasks|issues|rows|documents|entries|products|customers|data|objects|resources|jobs|instances|pods|nodes|events|orders|notifications|pages|packages|projects)|in bulk|in batch|bulk|batch(?:es)? of|array of|list of (?:users|records|items|ids|documents|contacts)|to everyone|mass)\b/i;
const LISTED =
  /^(?:ids?|items|records|rows|documents|entities|operations|targets|entries|uuids|resources|objects|inputs|list|updates|all_ids)$/i;
const ONE_CONTENT =
  /^(?:labels?|tags?|attendees|recipients?|to|cc|bcc|to_?recipients|cc_?recipients|bcc_?recipients|fields|columns?|properties|options|parts?|contents?|blocks?|elements?|args|arguments|commands?|attachments?|images?|edits|values|headers|params|parameters|assignees?\w*|reviewers?\w*|watchers|choices|steps|sections|paths|actions|include|exclude|commits|hashes|keywords|categories|topics|mentions|scopes|permissions|roles|questions|rules|conditions|filters|metrics|dimensions|attributes|media\w*|photos|components?|participants|members_?to_?add|custom_?fields|subtasks|dependencies|slides|layers|ingredients|messages|line_?items|label_?ids|tag_?ids|assignee_?ids|reviewer_?ids|group_?ids|team_?ids|role_?ids|files?|attendee\w*|series|dataset|datasets|urls?|links?|languages|formats|types|sort|order|columns_?\w*|invitees|hosts|owners|category_?ids|child\w*|fill|strokes|effects|coordinates|points|path|stops|waypoints|env|environment|volumes|ports|domains|widgets|bullets|\w*_steps)$/i;
const ACTING = new Set<Act['kind']>([
  'create',
  'change',
  'mark',
  'remove',
  'send',
  'share',
  'upload',
  'save',
  'reset',
  'sendoff',
  'run',
  'start',
  'stop',
  'ship',
  'money',
  'manage',
  'choose',
  'restore',
  'sync',
]);

export const manyTargets = defineSignal({
  id: 'many-targets',
  trait: 'bulk',
  meaning: 'One acting call changes or reaches many independent things or people.',
  find: (view) => {
    const { category, main, reading } = view;
    if (category === 'Read' || main === undefined || !ACTING.has(main.kind)) return [];
    const named = /batch[_-]?(?:inference|jobs?|runs?|predictions?|process|id|size|status)/i.test(
      reading.name,
    )
      ? []
      : inName(view, MANY_NAME);
    const lead = leadSentence(view).slice(0, 240);
    if (named.length > 0 && !ONE_THING.test(`${reading.name.replace(/[_-]/g, ' ')} ${lead}`))
      return named;
    // Several sources of one result are no targets.
    if (main.kind === 'save' && main.verb !== 'download') return [];
    if (/^(?:merge|combine|concatenate|stitch|zip|compress)$/.test(main.verb)) return [];
    const list = reading.fields.find(
      (field) => isTargetList(field, view) || isInvitedList(field, view),
    );
    if (list !== undefined) return [keyOf(list)];
    const all =
      main.kind === 'remove'
        ? /(?<=\b(?:delete|remove|clear|drop|purge|flush|erase|wipe|truncate)s? )all (?:of )?(?:the |your )?(?:\w+ )?\w{3,}s\b/i.exec(
            lead,
          )
        : null;
    if (all !== null && reading.description.includes(all[0]))
      return [{ pointer: '/description', quote: all[0] }];
    const only = onlyList(view);
    if (only !== undefined) return [keyOf(only)];
    if (!ONE_THING.test(lead)) {
      const words = manyWords(view, lead);
      if (words.length > 0) return words;
    }
    return selector(view);
  },
});

function manyWords({ reading }: View, lead: string): Quote[] {
  const match = MANY_WORDS.exec(lead);
  if (
    match !== null &&
    /\b(?:along with|and|including|with|plus|from|across|for) $/i.test(lead.slice(0, match.index))
  )
    return [];
  if (match === null || !reading.description.includes(match[0])) return [];
  if (/\b(?:one or|single|or) (?:more|multiple|several|many)\b/i.test(lead)) return [];
  if (
    /^(?:array of|many|several|multiple)$/i.test(match[0]) &&
    /\b(?:supports? multiple|multiple (?:methods|options|formats|strategies|modes|ways|types|languages|steps|times|sources|choice)|various)\b/i.test(
      lead,
    )
  )
    return [];
  if (
    /^(?:array of|list of)/i.test(match[0]) &&
    !/\b(?:documents|records|items|users|entities|rows)\b/i.test(lead)
  )
    return [];
  return [{ pointer: '/description', quote: match[0] }];
}

/** People let in by one call: each of them gets access of their own. */
function isInvitedList({ name, type, depth }: Field, { main }: View): boolean {
  const head = main?.object[0] ?? '';
  return (
    main?.verb === 'invite' &&
    singular(head) !== head &&
    type === 'array' &&
    depth === 0 &&
    /^(?:e?_?mails?|email_addresses|user_?names|user_?ids|members|users|people|invitations)$/i.test(
      name,
    )
  );
}

/** A list of what is acted on: `recordIds` of a tool that deletes records, `items` of one that closes tasks. */
function isTargetList(field: Field, { doing, reading, main }: View): boolean {
  if (field.type !== 'array' || field.depth > 1 || field.isInList || ONE_CONTENT.test(field.name))
    return false;
  if (
    main !== undefined &&
    (main.kind === 'send' || main.kind === 'money') &&
    !/id/i.test(field.name)
  )
    return false;
  const base = field.name.replace(
    /_?(?:ids?|list|array|uuids?|keys|names|slugs|numbers|gids)$/i,
    '',
  );
  const words = base === '' ? [] : singularWords(base);
  const stated = doing
    .filter(({ category }) => category !== 'Read')
    .flatMap(({ object }) => object);
  const named = reading.nameWords.map(({ text }) => text);
  const last = words.at(-1);
  if (last !== undefined && objects.mark.has(last)) return false;
  // A list belongs to what is acted on only where that is said in the plural: otherwise it is one item's content.
  if (
    last !== undefined &&
    [...stated, ...named].some((word) => word !== last && singular(word) === last)
  )
    return true;
  return (
    LISTED.test(field.name) &&
    !ONE_DOCUMENT.test(main?.object.at(-1) ?? '') &&
    (field.isRequired ||
      /\b(?:delete|update|create|insert|add|remove|move|close|process)/i.test(field.description))
  );
}

/** One thing with parts: a list of changes to it is one change. */
const ONE_DOCUMENT =
  /^(?:doc|document|page|sheet|spreadsheet|presentation|workflow|diagram|canvas|file|form|board|workbook|design|map|scene|note|notebook|template|collection|record|item|task|issue|row|entity|schema|table|dashboard|chart)$/;

/** The one required list of a tool that says it acts on several things. */
function onlyList({ reading, doing, main }: View): Field | undefined {
  if (main === undefined || !['remove', 'create', 'change', 'mark'].includes(main.kind))
    return undefined;
  const lists = reading.fields.filter(
    ({ type, depth, isRequired }) => type === 'array' && depth === 0 && isRequired,
  );
  const head = doing.find(({ source }) => source === 'description')?.object.at(-1) ?? '';
  const [list] = lists;
  return lists.length === 1 &&
    list !== undefined &&
    !ONE_CONTENT.test(list.name) &&
    !objects.mark.has(singular(head)) &&
    singular(head) !== head &&
    !ONE_THING.test(head)
    ? list
    : undefined;
}

function singularWords(name: string): string[] {
  return name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(Boolean)
    .map(singular);
}

function selector(view: View): Quote[] {
  const { main, reading } = view;
  if (
    main === undefined ||
    !['remove', 'change', 'mark', 'stop', 'ship', 'run'].includes(main.kind)
  )
    return [];
  const field = reading.fields.find(
    ({ name, depth, type, description }) =>
      depth === 0 &&
      (/^(?:label_?selector|all_?namespaces|field_?selector)$/i.test(name) ||
        (/^(?:all|apply_?to_?all|delete_?all|all_?users)$/i.test(name) &&
          type === 'boolean' &&
          main.kind !== 'change' &&
          !/\b(?:list|show|display|include|both)\b/i.test(description))),
  );
  if (field !== undefined && main.kind === 'remove') return [keyOf(field)];
  const isFiltered =
    main.kind === 'remove' &&
    /\bby (?:an? )?(?:filter|query|criteria)\b|\b(?:that )?match(?:es|ing)?\b/i.test(
      leadSentence(view),
    );
  if (isFiltered || /many|all|matching|where/i.test(reading.name)) {
    const filter = reading.fields.find(
      ({ name, depth }) => depth === 0 && /^(?:filter|where|query|criteria|selector)$/i.test(name),
    );
    if (filter !== undefined) return [keyOf(filter)];
  }
  return [];
}

export const massSend = defineSignal({
  id: 'mass-send',
  trait: 'bulk',
  meaning: 'A campaign, broadcast or newsletter reaches many people with one call.',
  find: (view) => {
    if (view.category === 'Read') return [];
    const isSend = view.doing.some(
      ({ kind, objectText, verb }) =>
        kind === 'send' ||
        kind === 'sendoff' ||
        (verb === 'schedule' && /\b(?:campaign|broadcast|newsletter)/i.test(objectText)) ||
        ((kind === 'run' || kind === 'start') &&
          /^(?:trigger|start|launch|resume|execute|run)$/.test(verb) &&
          /campaign|broadcast|newsletter/i.test(objectText)),
    );
    if (!isSend) return [];
    const named = inName(view, /broadcast|campaign|newsletter|multicast|blast/i);
    return named.length > 0
      ? named
      : inDescription(
          view,
          /\b(?:to all (?:users|subscribers|followers|members|contacts)|broadcasts?|entire (?:list|audience))\b/i,
          300,
        );
  },
});

const ONE_EXPORT =
  /\bexport(?:s|ing)? (?:an? |the |one )(?:\w+ )?(?:design|document|file|page|image|video|diagram|presentation|slide|deck|note|frame|layer|clip|song|chart|drawing|canvas)\b/i;

export const wholeExport = defineSignal({
  id: 'whole-export',
  trait: 'bulk',
  meaning: 'The call exports a whole collection.',
  find: (view) => {
    const words = `${view.reading.name.replace(/[_-]/g, ' ')} ${leadSentence(view).slice(0, 240)}`;
    if (
      !/\b(?:exports?|dump|dumps|backup)\b/i.test(words) ||
      !/export|dump/i.test(view.reading.name + (view.main?.verb ?? ''))
    ) {
      if (
        view.category === 'Execute' &&
        view.doing.some(
          ({ verb, objectText }) =>
            /^(?:start|create|trigger|run)$/.test(verb) && /\bexport\b/i.test(objectText),
        )
      )
        return inDescription(view, /\bexport\b/i);
      return [];
    }
    if (ONE_EXPORT.test(words)) return [];
    if (
      view.category === 'Execute' &&
      /\bjob|data\b/i.test(words) &&
      !/\b(?:cancel|stop|abort)\b/i.test(words)
    )
      return inName(view, /export|dump/i);
    return /\b(?:all|entire|whole|complete|full|every|database|collection|table|records|contacts|users|transactions|dataset)\b/i.test(
      words,
    ) &&
      view.doing.some(({ kind, verb }) => kind === 'export' || verb === 'export' || verb === 'dump')
      ? inName(view, /export|dump/i)
      : [];
  },
});
