import { isAbout } from '../lexicon/objects.ts';
import type { VerbKind } from '../lexicon/verbs.ts';
import { NOUN_LIKE } from '../lexicon/verbs.ts';
import {
  execute,
  hasPath,
  hasText,
  headIs,
  type Meaning,
  type Rule,
  read,
  type Surroundings,
  write,
} from '../meaning.ts';
import { wordSet } from '../words.ts';

/** What is paid out, or what is given up, once someone says yes to it. */
const PAYABLE =
  /\b(?:payments?|payouts?|refunds?|withdrawals?|(?:wire|bank|money|fund) transfers?|payment (?:requests?|runs?|disputes?)|chargebacks?|payment orders?|disputes?)$/;
/** What is due once it is made final. */
const FINALIZED =
  /\b(?:invoices?|payments?|orders?|charges?|bills?|payouts?|purchases?|checkouts?|transactions?|refunds?)$/;
const RUNS_LATER = wordSet('later future scheduled schedule');

/** Verbs that make, change, mark or remove what is stored. */
export const storing: Record<
  Extract<
    VerbKind,
    | 'make'
    | 'change'
    | 'mark'
    | 'remove'
    | 'take'
    | 'clear'
    | 'reset'
    | 'choose'
    | 'upload'
    | 'import'
    | 'record'
    | 'restore'
    | 'submit'
    | 'switch'
    | 'manage'
    | 'perform'
  >,
  Rule
> = {
  make: (verb, a) => made(verb, a),
  change: (verb, a) => changed(verb, a),
  mark: (verb, a) =>
    a.isScreen && /\b(?:dialog|alert|popup|prompt)s?\b/.test(a.phrase)
      ? execute('touch')
      : (verb === 'confirm' && isAbout(a.object, 'money')) ||
          (/^(?:approve|accept)$/.test(verb) && PAYABLE.test(a.object.join(' '))) ||
          (verb === 'approve' && a.isCrypto && /\b(?:spend\w*|allowance|tokens?)\b/.test(a.phrase))
        ? write('money')
        : write('mark'),
  remove: (verb, a) =>
    verb === 'uninstall' ? execute('remove') : write('remove', verb === 'drop' && a.isScreen),
  take: () => write('remove'),
  clear: (_, a) =>
    /\b(?:vram|gpu|ram)\b/.test(a.phrase)
      ? execute('reset')
      : /\b(?:input|field|text box|textbox|element)\b/.test(a.phrase) && a.isScreen
        ? execute('touch')
        : write('reset'),
  reset: (_, a) =>
    /\b(?:device|server|instance|vm|machine|simulator|emulator|phone|hard)\b/.test(a.phrase) &&
    !/\b(?:password|session|budget|setting|config)/.test(a.phrase)
      ? execute('reset')
      : write('reset'),
  choose: (verb, a) => {
    if (
      /\bas (?:the |a )?(?:current|active|context|default|working)|\b(?:future|subsequent) (?:tool )?calls\b/.test(
        a.phrase,
      )
    )
      return write('choose');
    if (a.isScreen && isAbout(a.object, 'screen')) return execute('touch', true);
    if (
      /\b(?:active|default|current|working|account|project|workspace|connection|database|context|namespace|organi[sz]ation|team|environment|profile|tenant|subscription)\b/.test(
        a.phrase,
      )
    )
      return write('choose', verb === 'use');
    return verb === 'use'
      ? read(true)
      : a.isScreen
        ? execute('touch', true)
        : write('choose', true);
  },
  // What a page does with a file handed to it is the page's affair.
  upload: (_, a) =>
    a.isScreen &&
    /\b(?:file input|input element|element|file chooser|file dialog|web ?page|the page|form)\b/.test(
      a.phrase,
    )
      ? execute('touch')
      : write('upload'),
  import: (_, a) => {
    const hasContent = a.fields.some(({ name }) =>
      /^(?:content|contents|data|items|rows|records|json|csv|body|text|markdown|html|openapi|spec|documents|definition)$/i.test(
        name,
      ),
    );
    // Lists of what is imported hold it: "members" of a tool that imports members.
    const isListed = a.fields.some(
      ({ name, type, depth }) =>
        type === 'array' && depth === 0 && a.object.includes(name.toLowerCase()),
    );
    return hasContent || isListed ? write('create') : execute('sync');
  },
  record: (verb, a) => {
    if (
      /\b(?:screen|video|screencast|audio|session|trace|performance|macro|profile|voice|microphone|tab|har|actions)\b/.test(
        a.phrase,
      )
    )
      return verb === 'capture' && /\b(?:screenshot|image|snapshot|full)\b/.test(a.phrase)
        ? read()
        : execute('start');
    if (verb === 'capture')
      return /\b(?:payment|charge|authori[sz]ation|order|funds|paypal)\b/.test(a.phrase)
        ? write('money')
        : /\b(?:note|memory|thought|lesson|decision|idea|event|feedback)s?\b/.test(a.phrase)
          ? write('create')
          : read();
    if (
      a.object[0] === undefined ||
      /^(?:by|id|ids|count|type|types|list|details?|schema)$/.test(a.object[0])
    )
      return read(true);
    return write('create');
  },
  restore: (verb, a) =>
    /\b(?:trash|archived?|deleted|deactivated|disabled|hidden|bin|soft)\b/.test(a.phrase) ||
    verb === 'undelete' ||
    (/\b(?:members?|users?|accounts?|access|items?|cards?|tasks?|messages?|channels?|lists?|folders?)\b/.test(
      a.object.join(' '),
    ) &&
      !/\b(?:backup|snapshot|revision|version)/.test(a.phrase))
      ? write('change')
      : verb === 'undo' || verb === 'redo'
        ? a.isScreen
          ? execute('restore')
          : write('change')
        : verb === 'revert' &&
            /\b(?:file|page|document|commit|edit|change|draft|article)s?\b/.test(a.phrase)
          ? write('change')
          : execute('restore'),
  submit: (_, a) => {
    if (
      isAbout(a.object, 'job') ||
      /\b(?:jobs?|workflow|batch|tasks?|prompt|query|transactions?|sitemap|generation|render|pipeline|order|spark|training|run|url|urls|index\w*)\b/.test(
        a.phrase,
      )
    ) {
      if (/\b(?:orders?|transactions?)\b/.test(a.phrase)) return execute('money');
      return execute('start');
    }
    if (a.isScreen) return execute('touch');
    return write('create');
  },
  switch: (_, a) => {
    if (/\b(?:tab|window|frame|iframe|page)s?\b/.test(a.phrase)) return execute('touch', true);
    return write('choose');
  },
  manage: (_, a) =>
    a.isScreen && /\b(?:dialog|alert|popup|prompt)s?\b/.test(a.phrase)
      ? execute('touch')
      : write('manage', true),
  perform: () => write('manage', true),
};

const CLOUD_JOB =
  /\b(?:export|backup|scan|crawl|training|fine-?tuning|evaluation|inference|batch|import|processing|sync|render|transcription|extraction|query) (?:job|run|task|execution)s?\b|\bbackups?\b/;

function made(verb: string, a: Surroundings): Meaning {
  if (verb === 'make' && /\brequests?\b/.test(a.phrase))
    return /\b(?:get|head|read-only) requests?\b/.test(a.phrase) ? read() : execute('run', true);
  if (verb === 'make' && /\b(?:phone|voice|outbound|calls?)\b/.test(a.object.join(' ')))
    return execute('phone', true);
  if (verb === 'clone')
    return /\b(?:repo|repository|git|remote)\b/.test(a.phrase) ? execute('sync') : write('create');
  if (verb === 'backup') return execute('start');
  if (verb === 'log' && /\b(?:in|out)\b/.test(a.object.slice(0, 1).join(' ')))
    return execute('login');
  if (verb === 'enqueue' || verb === 'bootstrap') return execute('start');
  if (verb === 'queue')
    return /\b(?:job|task|prompt|workflow|run|build|generation|scan|render)s?\b/.test(a.phrase)
      ? execute('start')
      : write('create', true);
  if (verb === 'place' && /\bcalls?\b/.test(a.phrase)) return execute('phone');
  if (verb === 'place' && /\b(?:orders?|bets?|trades?|bids?)\b/.test(a.phrase))
    return write('money');
  if (verb === 'provision') return execute('start');
  if (verb === 'setup' || verb === 'initialize' || verb === 'initialise' || verb === 'init')
    return /\b(?:session|browser|driver|connection|instance|cluster|server)\b/.test(a.phrase)
      ? execute('start')
      : write('create', true);
  if (verb === 'book' || verb === 'reserve')
    return /\b(?:flight|hotel|ticket|room|car|ride|travel)s?\b/.test(a.phrase)
      ? write('money')
      : write('create', NOUN_LIKE.has(verb) && a.object.length === 0);
  if (verb === 'mint' && a.isCrypto) return write('money');
  if (verb === 'write' && /\bsmart contract\b/.test(a.phrase)) return execute('run');
  // What was paid elsewhere is only written down.
  if (/\b(?:records?|log) (?:an? |the )?(?:\w+ )?payments?\b/.test(a.phrase))
    return write('create');
  if (
    /\b(?:to|that|which) (?:(?:fully|partially) )?(?:refunds?|credits?|charges?|reimburses?)\b.*\b(?:transactions?|payments?|invoices?|customers?|orders?|purchases?)\b/.test(
      a.phrase,
    )
  )
    return write('money');
  if (verb === 'issue' && isAbout(a.object, 'charge')) return write('money');
  if (
    /^(?:create|add|new|submit)$/.test(verb) &&
    /^transactions?$/.test(a.object.at(-1) ?? '') &&
    a.fields.some(({ name }) =>
      /^(?:collection_?mode|checkout|billing_?details|payment_?(?:method|source)\w*)$/i.test(name),
    )
  )
    return write('money');
  if (verb === 'hire') return write('money', true);
  if (verb === 'attach') return write('create', a.object.length === 0);
  // Signing an address keeps nothing.
  if (
    /\bpre-?signed\b/.test(a.object.join(' ')) &&
    /^(?:urls?|links?)$/.test(a.object.at(-1) ?? '')
  )
    return { category: 'Read', kind: 'generate', isWeak: false };
  if (verb === 'create' && a.fields.some(({ name }) => /^manifests?$/i.test(name)))
    return execute('ship');
  // A shape worked out from coordinates is an answer.
  if (
    verb === 'create' &&
    a.object.some((word) => /^(?:zone|buffer|hull|polygon|grid|geometry|circle)$/.test(word)) &&
    a.fields.some(({ name }) => /^(?:geometry|coordinates|points?|polygon|geojson)$/i.test(name))
  )
    return { category: 'Read', kind: 'compute', isWeak: false };
  if (NOUN_LIKE.has(verb) && a.object.length === 0) return { ...write('create', true) };
  if (
    verb === 'create' ||
    verb === 'add' ||
    verb === 'new' ||
    verb === 'instantiate' ||
    verb === 'insert'
  ) {
    // "Create a new thing" with nothing kept: the words must say so.
    if (
      a.isScreen &&
      verb !== 'insert' &&
      /\b(?:page|tab|window|session|browser)\b/.test(a.object.join(' ')) &&
      /\b(?:browser|tab|session)\b/.test(a.phrase)
    )
      return execute('open');
    const isPlan =
      isAbout(a.object, 'definition') ||
      /\b(?:definition|template|schedule|scheduled|rule|policy|draft)\b/.test(a.object.join(' '));
    const isComment =
      /\b(?:comment|note|label|tag|reply|review|link|metric|log|file|config|record|entry|event|version|secret|variable|key|volume|snapshot|group|role|user|permission|attachment|step|property|field|annotation|template|class|type|category|description|token|message|check|rule|policy|suite|case|profile|pool|registry|repository|namespace|result|status|plan|image|set|node)s?$/.test(
        a.object.at(-1) ?? '',
      );
    if (
      !isPlan &&
      !isComment &&
      verb !== 'add' &&
      verb !== 'insert' &&
      (headIs(a, 'workload') ||
        headIs(a, 'job') ||
        /\b(?:terminal|shell|ssh|remote|debug|repl) sessions?\b/.test(a.phrase))
    )
      return execute('start');
    // A pipeline made for a branch runs at once; one made of stages is a plan.
    if (
      /^pipelines?$/.test(a.object.at(-1) ?? '') &&
      a.fields.some(({ name }) => /^(?:ref|branch|tag|commit\w*|sha)$/i.test(name))
    )
      return execute('start');
    if (
      !isPlan &&
      !isComment &&
      CLOUD_JOB.test(a.phrase) &&
      !a.object.some((word) => RUNS_LATER.has(word))
    )
      return execute('start');
    if (
      isAbout(a.object, 'charge') ||
      /\b(?:payment links?|checkout sessions?|payment intents?|(?:market|limit|stop|spot|futures?|buy|sell|trade) orders?|orders?$|invoices?$|subscriptions?$|payouts?|sales? orders?|setup intents?)/.test(
        a.object.join(' '),
      )
    ) {
      if (
        /\b(?:payment|refund|charge|payout|checkout|market|limit|stop|invoice|order|donation|price)s?\b/.test(
          a.phrase,
        ) &&
        !/\b(?:webhook|event|topic|notification|work|method)\b/.test(a.object.join(' '))
      )
        return write('money');
      if (
        /\bsubscriptions?\b/.test(a.object.join(' ')) &&
        /\b(?:customer|plan|price|billing|paid|trial|product)\b/.test(
          a.phrase + a.fields.map(({ name }) => ` ${name}`).join(''),
        )
      )
        return write('money');
    }
    if (
      /\bcalls?\b/.test(a.object.at(-1) ?? '') &&
      a.fields.some(({ name }) => /^(?:to|phone|from|number|phone_?number)/i.test(name))
    )
      return execute('phone');
  }
  return write('create');
}

/** What is locked and unlocked by logging in. */
const OPENED = /\b(?:vault|key ?chain|password (?:manager|store)|key ?store)$/;

function changed(verb: string, a: Surroundings): Meaning {
  if (/^(?:un)?lock$/.test(verb) && OPENED.test(a.object.join(' '))) return execute('login');
  if (verb === 'turn') return write('change');
  if (verb === 'rebase' || verb === 'cherry-pick') return write('change');
  if (
    /^(?:update|change|set|modify)$/.test(verb) &&
    /\b(?:status|state) of (?:an? |the |this )?(?:\w+ ){0,2}(?:recording|call|stream|run|job|task|execution|session|container|instance|playback|service|process)s? to (?:be )?(?:paused|stopped|in-progress|running|started|completed|cancel+ed|resumed)\b/.test(
      a.phrase,
    )
  )
    return execute('stop');
  if (verb === 'answer' && /\bcalls?\b/.test(a.phrase)) return execute('phone');
  if (verb === 'respond' || verb === 'answer') return write('send', true);
  if (verb === 'reply') return write('send', NOUN_LIKE.has(verb) && a.object.length === 0);
  if (verb === 'fix')
    return hasPath(a) ? write('change', true) : { category: 'Read', kind: 'compute', isWeak: true };
  if (verb === 'comment') return write('create', a.object.length === 0);
  if (verb === 'branch' || verb === 'checkout') return write('change', true);
  if (/^finali[sz]e$/.test(verb) && FINALIZED.test(a.object.join(' '))) return write('money');
  if (
    (verb === 'update' || verb === 'change' || verb === 'modify') &&
    /\bsubscriptions?$/.test(a.object.join(' ')) &&
    /\b(?:plan|price|billing|quantity|proration|items)\b|seat|storage|licen[cs]e/.test(
      a.fields
        .map(({ name }) => name)
        .join(' ')
        .toLowerCase(),
    )
  )
    return write('money');
  if (
    /^(?:update|change|modify)$/.test(verb) &&
    /\b(?:payments?|payment intents?|checkout sessions?|charges?|payouts?)$/.test(
      a.object.join(' '),
    ) &&
    a.fields.some(({ name }) => /^(?:status|amount|capture|payment_?amount|currency)$/i.test(name))
  )
    return write('money');
  if (verb === 'move' && /^(?:mouse|cursor|pointer)/.test(a.object.at(-1) ?? ''))
    return execute('touch');
  if (
    /^(?:update|change|modify|edit|amend|replace)$/.test(verb) &&
    /\b(?:open|limit|stop|market|pending|trading) orders?$/.test(a.object.join(' ')) &&
    a.fields.some(({ name }) => /^(?:(?:limit_?|stop_?|new_?)?price|quantity|qty)$/i.test(name))
  )
    return write('money');
  if (
    verb === 'update' &&
    /\bto (?:its |the )?(?:newest|latest) version\b/.test(a.phrase) &&
    /^(?:plugins?|packages?|apps?|extensions?|themes?|modules?|agents?|tools?)$/.test(
      a.object.at(-1) ?? '',
    )
  )
    return execute('ship');
  if (
    verb === 'update' &&
    /(?:\b(?:all|installed|npm|outdated) (?:\w+ )?(?:packages|plugins|apps)|dependencies|software|core|custom nodes?)$|\bfirmware\b/.test(
      a.object.join(' '),
    ) &&
    !hasText(a)
  )
    return execute('ship', true);
  if (
    /^(?:update|change|switch|upgrade|modify)$/.test(verb) &&
    /\bsubscription (?:tier|plan)|\bbilling plan|\bpricing plan/.test(a.phrase)
  )
    return write('money');
  if (verb === 'activate' && /\b(?:scene|script|workflow|campaign|journey)s?\b/.test(a.phrase))
    return execute('start');
  if (NOUN_LIKE.has(verb) && a.object.length === 0) return write('change', true);
  return write('change');
}
