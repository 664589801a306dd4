import { type Act, headOf } from '../act.ts';
import { isEditOfText } from '../choosers.ts';
import { clauseOf } from '../clause.ts';
import { isAbout, objects } from '../lexicon/objects.ts';
import {
  defineSignal,
  joinedActs,
  leadSentence,
  type Quote,
  quoteOf,
  type View,
} from '../signal.ts';
import { singular } from '../words.ts';

/** Marks whose removal puts nothing stored at risk, even where the verb is "delete". */
const SLIGHT =
  /^(?:reaction|like|star|vote|follow|bookmark|pin|mute|emoji|favorite|favourite|heart|upvote|approval|bullet|border|formatting)$/;
const MEMBERSHIP =
  /\bfrom (?:an? |the |your |my |its |their )?(?:\w+ ){0,2}(?:cart|playlist|watch ?list|favou?rites|wish ?list|queue|sprint|segment|selection|view|epic|milestone|reading list|load balancer|firewall|pool|groups?|teams?|roles?|projects?|tasks?|issues?|boards?|campaigns?|audiences?|topics?|collections?|albums?|sections?|sets?|categor(?:y|ies)|lists?|folder|tag|space|channel|portfolio)\b/i;
const KEPT =
  /\b(?:will still exist|still exists?|(?:is|are) not deleted|does not delete|without deleting|remains? (?:in|available|intact))\b/i;
const GROUPING = /\bthemselves are kept; only the group\w*\b/i;
const TO_BIN =
  /\bmov(?:e|es|ing)\b[^.]{0,60}\b(?:to|into)\b[^.]{0,20}\b(?:trash|bin|recycle|archive)|\b(?:to|in) (?:the )?(?:trash|recycle bin)\b|\bsoft[- ]delet|\barchives? \(/i;
const NOT_DATA =
  /\b(?:caches?|console|session|selection|filters?|context|screen|working dir\w*|highlights?|buffer|breakpoints?|notifications?|override|cookies|in-?memory|mocks?|emulation|clipboard|form|input|field|logs?|state|rate limit|budget|dialog|viewport|throttling|messages?|status|completed|zoom)\b/i;
const ADDRESS = /\b(?:ips?|ipv[46]|ip addresse?s?|phone numbers?)\b/i;
const LOSS =
  /\b(?:overwrit(?:es?|ing|ten) (?:the |any |an |its |all |if )?(?:\w+ )?(?:existing|entire|current|previous|whole|contents?|file|data|value|it\b|already)|(?:completely|entirely|fully) (?:overwrit|replac)\w+|replac(?:es?|ing) (?:all|the entire|the whole|its entire|any|the full) (?:existing |current |previous )?(?:contents?|file|document|body|data|rows|records|page|note)|existing [\w ]{1,30}(?:will be|is|are|gets?) (?:overwritten|replaced|lost|deleted|removed|discarded|erased)|(?:second|other|duplicate|source|old|losing|merged|secondary|discarded) (?:\w+ )?(?:is|are|will be|gets?) (?:then |permanently )?(?:deleted|removed|lost|destroyed)|(?:will|may|can|could) be (?:permanently )?(?:lost|destroyed|discarded)|data loss|discard(?:s|ing)? (?:all|any|local|uncommitted|the|unsaved|changes)|permanently (?:delet|remov|eras|destroy)\w+|irreversibly (?:delet|remov|eras|destroy)\w+|destroys? (?:all|the|any)|(?:is|are) destructive to|changes (?:made )?(?:[\w ]{1,30} )?(?:are|will be|get) lost)/i;
const NEGATED =
  /\b(?:not|never|no|without|won't|doesn't|cannot|can't|refus\w+|prevents?|avoids?|unless|instead of|rather than|if you want to|only if|when `?overwrite|set `?overwrite|with `?overwrite)\b/i;

export const removal = defineSignal({
  id: 'removal',
  trait: 'destructive',
  meaning:
    'The act removes stored data, a resource or access; not a mark, and not into a bin that the definition names.',
  find: (view) => {
    const acts = [...view.doing, ...stoppedToo(view)].filter(
      (act) => act.category !== 'Read' && isDestroying(act, view),
    );
    return acts.slice(0, 2).map(quoteOf);
  },
});

export const loss = defineSignal({
  id: 'loss',
  trait: 'destructive',
  meaning: 'The description says that existing content is overwritten or lost by the act.',
  find: (view) => {
    const { category, main, reading } = view;
    if (category === 'Read' || main === undefined || LASTING.has(main.kind)) return [];
    if (reading.fields.some(({ name }) => /overwrite|force|replace_?existing|clobber/i.test(name)))
      return [];
    return lossWords(view);
  },
});
const LASTING = new Set<Act['kind']>([
  'send',
  'sendoff',
  'phone',
  'mark',
  'share',
  'money',
  'touch',
  'manage',
  'login',
  'connect',
]);

function lossWords({ reading }: View): Quote[] {
  for (const { text } of reading.sentences.slice(0, 20)) {
    const match = LOSS.exec(text.slice(0, 600));
    if (match === null || NEGATED.test(text.slice(Math.max(0, match.index - 45), match.index)))
      continue;
    if (
      /^\W*(?:if|when|use|instead|for)\b/i.test(text) ||
      /\b(?:if|when|unless) (?:`|")?(?:overwrite|force)/i.test(text)
    )
      continue;
    return [{ pointer: '/description', quote: match[0].slice(0, 160) }];
  }
  return [];
}

/** "Stops and removes a container": what is removed with the running thing itself. */
function stoppedToo(view: View): Act[] {
  return view.main?.kind !== 'stop'
    ? []
    : joinedActs(view).filter(
        (act) => act.kind === 'remove' && !/^(?:it|its|them)\b/i.test(clauseOf(act) ?? ''),
      );
}

function isDestroying(act: Act, view: View): boolean {
  const phrase = `${act.objectText} ${view.reading.name.replace(/[_-]/g, ' ')}`;
  if (act.kind === 'stop')
    return (
      /^(?:terminate|shutdown)$/.test(act.verb) &&
      /\b(?:instances?|vms?|droplets?|clusters?|environments?|servers?|machines?)\b/i.test(
        act.objectText,
      ) &&
      !/\bprocess|session\b/i.test(phrase)
    );
  if (act.kind === 'reset') return isClearing(act, view);
  // An address that is given up goes to whoever asks for the next one.
  if (act.verb === 'release' && ADDRESS.test(act.objectText)) return true;
  if (act.kind !== 'remove') return false;
  if (isBinned(view)) return false;
  const head = headOf(act);
  if (!view.isSuspicious && GROUPING.test(view.reading.description.slice(0, 400))) return false;
  if (act.verb === 'delete' || act.verb === 'del') return !SLIGHT.test(head);
  // A tie that is loosed leaves both its ends.
  if (
    /^(?:connection|link|association|relationship|relation|dependency)(?:id)?$/.test(head) &&
    act.source !== 'value'
  )
    return false;
  if (act.verb === 'discard' || act.verb === 'forget') return true;
  const named = act.object.map(singular);
  const isMark =
    objects.mark.has(head) ||
    (named[0] !== undefined && objects.mark.has(named[0]) && act.source === 'name');
  if (SLIGHT.test(head)) return false;
  if (act.verb === 'remove' || act.verb === 'strip' || act.verb === 'unset')
    return (
      !isMark &&
      !isUnlinking(view, act) &&
      !/\b(?:background|watermark|noise|silence|vocals|whitespace|formatting|duplicates?|metadata|filter|override from|highlight\w*|annotations?|assignments?|assignees?|bullets?|bullet points?|numbering|borders?|indentation|gridlines|strikethrough|underline)\b/i.test(
        act.objectText,
      )
    );
  return true;
}

/** Whether something is only taken out of a group, where it goes on existing; people lose access that way. */
function isUnlinking(view: View, act: Act): boolean {
  if (isAbout(act.object, 'people')) return false;
  return (
    MEMBERSHIP.test(leadSentence(view)) ||
    (!view.isSuspicious && view.reading.sentences.slice(0, 4).some(({ text }) => KEPT.test(text)))
  );
}

/** Whether the description itself says that what is removed lies in a bin; hostile definitions get no such credit. */
function isBinned(view: View): boolean {
  if (view.isSuspicious) return false;
  const name = view.reading.name;
  if (/trash|archive/i.test(name) && !/empty|purge|permanent|delete_?from|expunge/i.test(name))
    return true;
  return TO_BIN.test(leadSentence(view)) && !/\b(?:empty|permanent)/i.test(leadSentence(view));
}

function isClearing(act: Act, view: View): boolean {
  const phrase = `${act.objectText} ${view.reading.name.replace(/[_-]/g, ' ')} ${leadSentence(view)}`;
  if (act.verb === 'reset' || act.verb === 'reinitialize')
    return /\b(?:erase|wipe|all data|factory|discard\w*|hard reset|database|drops?|delet\w+)\b/i.test(
      phrase,
    );
  return !NOT_DATA.test(phrase) && act.objectText !== '' && act.category === 'Write';
}

const OPTION =
  /^(?:force|overwrite\w*|over_write|prune|truncate|replace|replace_?(?:existing|all|content|mode)|cascade|purge|clobber|hard|hard_?delete|delete_?(?:existing|source|after|remote|missing|extra|orphans?|branch|remaining|unmatched|original|volumes?)|remove_?(?:source_?branch|existing|orphans?|source|volumes?|original|missing)|drop_?(?:existing|table|first|target)|clear_?(?:existing|first|before|sheet|data)|should_remove_source_branch|wipe|recreate|reset|allow_?overwrite|discard\w*|destroy\w*|overwrite_?existing|if_?exists|on_?conflict|write_?mode|write_?disposition|remove_?data|erase|clear)$/i;

export const destructiveOption = defineSignal({
  id: 'destructive-option',
  trait: 'destructive_option',
  meaning:
    'An argument such as force or overwrite turns an otherwise harmless act into one that loses content.',
  find: (view) => {
    const { reading, category } = view;
    if (category === 'Read') return [];
    for (const field of reading.fields) {
      if (field.depth > 3) continue;
      const { name, type, description, values } = field;
      const chosen = values.find(({ value }) =>
        /^(?:overwrite|replace|truncate|force|hard|prune|wipe|clobber|write_truncate)$/i.test(
          value,
        ),
      );
      if (
        chosen !== undefined &&
        // "replace" among the ways to edit a text is no option to lose it.
        !(/^replace$/i.test(chosen.value) && isEditOfText(reading)) &&
        /mode|strategy|conflict|exists|disposition|behaviou?r|type|policy|operation/i.test(name) &&
        !/^(?:edit|operation|action)$/i.test(name)
      )
        return [{ pointer: chosen.pointer, quote: chosen.value }];
      if (type !== 'boolean' || !OPTION.test(name)) continue;
      if (
        /^(?:force|reset|replace|clear|discard|hard|recreate)$/i.test(name) &&
        !isLossy(description, view)
      )
        continue;
      return [keyOfField(field.pointer, name)];
    }
    return [];
  },
});

function isLossy(description: string, { main }: View): boolean {
  if (
    /\b(?:overwrit|discard|delet|destroy|lose|lost|eras|replace|remov|wip|existing|uncommitted|unmerged|history|data loss|non-fast-forward|drop)/i.test(
      description,
    )
  )
    return true;
  return (
    description === '' &&
    main !== undefined &&
    ['push', 'checkout', 'copy', 'move', 'write', 'save'].includes(main.verb)
  );
}

function keyOfField(pointer: string, quote: string): Quote {
  return { pointer, quote };
}
