import type { Category } from '@toolwarden/catalogue';
import { isAbout, objects } from './lexicon/objects.ts';
import { NOUN_LIKE, type VerbForm, type VerbKind } from './lexicon/verbs.ts';
import type { Field } from './reading.ts';
import { singular, wordSet } from './words.ts';

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

const read = (isWeak = false): Meaning => ({ category: 'Read', kind: 'read', isWeak });
const write = (kind: ActKind, isWeak = false): Meaning => ({ category: 'Write', kind, isWeak });
const execute = (kind: ActKind, isWeak = false): Meaning => ({ category: 'Execute', kind, isWeak });

/** A place on a disk that a result is written to. */
export const OUTPUT_PATH =
  /^(?:output|out|save|dest|destination|target|dst|export|result|download)_?(?:file|path|dir|directory|folder|filename|file_?path|file_?name|to|dir_?path)$|^(?:output|destination|local_?path|saveTo|outfile|outdir|outputFile|filename|savePath|downloadPath|saveDir|save_to_file|save_to)$/i;
const RUNS_LATER = wordSet('later future scheduled schedule');

/** What a verb means with its object and surroundings. */
export function meaningOf({ verb, kind }: VerbForm, around: Surroundings): Meaning {
  return RULES[kind](verb, around);
}

type Rule = (verb: string, around: Surroundings) => Meaning;

const RULES: Record<VerbKind, Rule> = {
  look: (verb, a) => {
    if (verb === 'verify' && isAbout(a.object, 'access')) return write('change', true);
    if (
      verb === 'resolve' &&
      /\b(?:alerts?|issues?|threads?|conversations?|comments?|incidents?|tickets?|discussions?|errors?|conflicts?|cases?|disputes?|bugs?)\b/.test(
        a.object.join(' '),
      )
    )
      return write('mark');
    if (verb === 'return' || verb === 'display' || verb === 'show' || verb === 'present')
      return a.isScreen && /\b(?:to the user|dialog|notification|toast|window)\b/.test(a.phrase)
        ? execute('open', true)
        : read(true);
    if (verb === 'look') return read(!/^looks? up\b|^looking up\b/.test(a.phrase));
    if (verb === 'query' || verb === 'ask') return read(true);
    if (verb === 'snapshot' && hasOutputPath(a)) return write('save', true);
    if (
      verb === 'snapshot' &&
      !a.isScreen &&
      /\b(?:droplets?|instances?|vms?|volumes?|disks?|databases?|machines?|servers?|shares?|clusters?|environments?|index|repository)\b/.test(
        a.phrase,
      )
    )
      return write('create');
    if (
      verb === 'fetch' &&
      /\b(?:from (?:an? |the )?(?:remote|origin|upstream)|refs)\b/.test(a.phrase)
    )
      return execute('sync');
    return read(NOUN_LIKE.has(verb) && a.object.length === 0);
  },
  compute: (verb, a) => {
    if (verb === 'scan' && /\b(?:start|trigger|launch|kick)/.test(a.phrase))
      return execute('start');
    if (
      verb === 'format' &&
      /\b(?:cells?|ranges?|rows?|columns?|paragraphs?|tables?|sheets?|slides?)\b/.test(a.phrase)
    )
      return write('change');
    if (verb === 'fix' || verb === 'optimize' || verb === 'improve')
      return hasOutputPath(a) ? write('save') : { ...read(true), kind: 'compute' };
    if (verb === 'group' || verb === 'sort' || verb === 'roll')
      return { category: 'Read', kind: 'compute', isWeak: true };
    return { category: 'Read', kind: 'compute', isWeak: false };
  },
  generate: (verb, a) => generated(verb, a),
  wait: () => ({ category: 'Read', kind: 'wait', isWeak: false }),
  transform: (verb, a) =>
    verb === 'resize' &&
    /\b(?:droplet|instance|vm|cluster|pool|server|machine|deployment|dyno)s?\b/.test(a.phrase)
      ? execute('ship')
      : verb === 'resize' &&
          !/\b(?:image|photo|picture|video|text|png|jpe?g|media|frame)s?\b/.test(a.phrase)
        ? write('change')
        : hasOutputPath(a) || hasPath(a)
          ? write('save')
          : /\b(?:window|viewport|page|screen|column|row|cell|node|element|partition|volume|disk)s?\b/.test(
                a.phrase,
              )
            ? write('change')
            : /\b(?:save|stored?|new file|files)\b/.test(a.phrase)
              ? write('save', true)
              : { category: 'Read', kind: 'compute', isWeak: true },
  export: (_, a) =>
    isAbout(a.object, 'job') || /\b(?:job|background|asynchronous|async)\b/.test(a.phrase)
      ? execute('start')
      : hasOutputPath(a) || /\bto (?:an? |the )?(?:\w+ )?(?:file|disk|folder|path)\b/.test(a.phrase)
        ? write('save')
        : { category: 'Read', kind: 'export', isWeak: false },
  download: (_, a) =>
    hasOutputPath(a) ||
    /\b(?:save|saves|saved|disk|local (?:file|path|machine)|locally|to a file|folder|directory)\b/.test(
      a.phrase,
    )
      ? write('save')
      : isAbout(a.object, 'heavyAsset') || /\bmodels?\b/.test(a.phrase)
        ? execute('start', true)
        : { category: 'Read', kind: 'read', isWeak: false },
  extract: (_, a) =>
    /\b(?:archive|zip|tar|tarball|compressed|7z|rar)\b/.test(a.phrase) || hasOutputPath(a)
      ? write('save')
      : { category: 'Read', kind: 'compute', isWeak: false },
  track: (_, a) =>
    a.object.some((word) =>
      /^(?:custom|event|events|purchase|conversion|action|behaviou?r|bulk|push|inapp|in-app)$/.test(
        word,
      ),
    ) ||
    a.fields.some(({ name }) => /^(?:event_?name|events?|data_?fields|properties)$/i.test(name))
      ? write('create')
      : read(true),
  make: (verb, a) => made(verb, a),
  change: (verb, a) => changed(verb, a),
  mark: (verb, a) =>
    (verb === 'confirm' && isAbout(a.object, 'money')) ||
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
  upload: () => write('upload'),
  import: (_, a) => {
    const hasContent = a.fields.some(({ name }) =>
      /^(?:content|contents|data|items|rows|records|json|csv|body|text|markdown|html|openapi|spec|documents|definition)$/i.test(
        name,
      ),
    );
    return hasContent ? write('create') : execute('sync');
  },
  send: (verb, a) => sent(verb, a),
  publish: (verb, a) => {
    if (verb === 'unpublish') return write('change');
    if (hasText(a))
      return write(
        /\b(?:topic|queue|stream|channel|subject|event)\b/.test(a.phrase) ? 'create' : 'send',
      );
    return execute('publish');
  },
  share: (verb, a) =>
    verb === 'share' && /\bscreen\b/.test(a.phrase)
      ? execute('start')
      : verb === 'authorize' && !/\b(?:user|role|key|member|app)\b/.test(a.phrase)
        ? execute('login', true)
        : write('share'),
  money: (verb, a) => {
    if (NOUN_LIKE.has(verb) && a.object.length === 0) return read(true);
    if (verb === 'void' || verb === 'bill' || verb === 'invoice' || verb === 'order')
      return write('money');
    return write('money');
  },
  exchange: (verb, a) => exchanged(verb, a),
  run: (verb, a) => ran(verb, a),
  test: (_, a) =>
    /\b(?:connection|connectivity|regex|expression|pattern|credentials?|whether|if|condition|permission|latency|speed|hypothesis|string|rule|filter|availability|reachability|accessibility of)\b/.test(
      a.phrase,
    )
      ? { category: 'Read', kind: 'compute', isWeak: true }
      : execute('run', true),
  start: (verb, a) =>
    /\b(?:thinking|reasoning|here)\b/.test(a.phrase)
      ? read(true)
      : execute('start', verb === 'begin'),
  stop: (verb, a) =>
    verb === 'end' && /\b(?:date|time)\b/.test(a.phrase) && !isAbout(a.object, 'process')
      ? read(true)
      : /\b(?:watching|following|tracking|sharing)\b/.test(a.phrase)
        ? write('mark')
        : verb === 'pause' && /\bsubscription/.test(a.phrase)
          ? write('money')
          : execute('stop'),
  cancel: (_, a) => {
    if (
      /\bsubscriptions?\b/.test(a.phrase) &&
      !/\bevent subscription|webhook|notification/.test(a.phrase)
    )
      return write('money');
    if (
      /\b(?:orders?|payments?|charges?|payouts?|transfers?|payment intents?|invoices?)\b/.test(
        a.phrase,
      )
    )
      return write('money');
    if (
      /\b(?:event|meeting|booking|reservation|appointment|invit\w+|request|interview|leave|visit|ticket|membership)s?\b/.test(
        a.phrase,
      ) &&
      !isAbout(a.object, 'job')
    )
      return write('change');
    const runs = isAbout(a.object, 'process') || a.object.length === 0;
    return runs ||
      /\b(?:scheduled|running|pending|in-progress|active|ongoing|current|all)\b/.test(a.phrase)
      ? execute('stop')
      : write('change');
  },
  open: (_, a) => {
    if (/\b(?:position|trade)s?\b/.test(a.phrase)) return execute('money');
    if (
      /\b(?:issue|pr|pull|ticket|merge|case|request|dispute|incident|channel|account|discussion)s?\b/.test(
        a.phrase,
      )
    )
      return write('create');
    if (
      isAbout(a.object, 'screen') ||
      a.isScreen ||
      a.object.some((w) =>
        /^(?:app|editor|finder|terminal|file|files|project|workspace|folder|document|notebook|connection|port|door|garage|cover|valve|settings|preferences|scene|gui)$/.test(
          w,
        ),
      )
    )
      return execute('open');
    return /\bby (?:their |its )?(?:names?|ids?)\b|\bnodes?\b/.test(a.phrase)
      ? read()
      : execute('open', true);
  },
  close: (_, a) => {
    if (/\b(?:position|trade)s?\b/.test(a.phrase)) return execute('money');
    if (
      /\b(?:issue|pr|pull|ticket|task|card|item|todo|deal|case|request|thread|topic|milestone|sprint|incident|alert|epic|period|poll|conversation|account|book|bug|story|discussion|order|survey|opportunity|lead)s?\b/.test(
        a.phrase,
      )
    )
      return write('mark');
    return execute('stop');
  },
  ship: (verb, a) =>
    verb === 'release' &&
    /\b(?:lock|hold|note|reservation|stock|ip|ipv4|ipv6|address|number|memory|create|draft)s?\b/.test(
      a.phrase,
    )
      ? write('change')
      : verb === 'upgrade' && /\b(?:plan|subscription)\b/.test(a.phrase)
        ? write('money')
        : verb === 'scale' &&
            /\b(?:element|shape|object|node|layer|selection|vector)s?\b/.test(a.phrase)
          ? write('change')
          : verb === 'install' && /\b(?:instructions?|guide|how to|command)\b/.test(a.phrase)
            ? read(true)
            : execute('ship'),
  build: (_, a) =>
    /\b(?:url|query|link|prompt|request body|context|message|payload|html|list|map|graph|tree|report|summary|plan|schema|component|form)s?\b/.test(
      a.phrase,
    )
      ? { category: 'Read', kind: 'generate', isWeak: true }
      : execute('build'),
  apply: (verb, a) => {
    if (verb === 'migrate') return execute('ship');
    if (
      /\b(?:planned|pending|infrastructure|manifests?|stack|migrations?|terraform|kubernetes)\b/.test(
        a.phrase,
      )
    )
      return execute('ship');
    if (
      isAbout(a.object, 'mark') ||
      /\b(?:format|style|theme|label|tag|discount|coupon|edit|edits|diff|patch|effect|filter|formatting|animation|transition|gradient|change|template|color|colour|layout|constraint|material|policy|rule)s?\b/.test(
        a.phrase,
      )
    )
      return write('change');
    return execute('ship');
  },
  sync: (verb, a) =>
    verb === 'refresh' && /\b(?:token|credential|secret|key)s?\b/.test(a.phrase)
      ? write('change')
      : execute('sync'),
  push: (_, a) => {
    if (/\b(?:notification|message|alert)s?\b/.test(a.phrase)) return write('send');
    return /\bfiles?\b.*\b(?:commit|repository|project)\b/.test(a.phrase) ||
      (/\b(?:files?|commits?|note|card|item|element|value)\b/.test(a.phrase) && hasText(a))
      ? write('upload')
      : execute('sync');
  },
  pull: (_, a) => {
    if (a.object[0] !== undefined && /^requests?$/.test(a.object[0])) return read(true);
    return /\b(?:image|model|branch|remote|repository|repo|changes|origin|upstream|git|docker|latest|container)s?\b/.test(
      a.phrase,
    )
      ? execute('sync')
      : read();
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
    /\b(?:trash|archived?|deleted|bin|soft)\b/.test(a.phrase) ||
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
  connect: (verb, a) =>
    verb === 'bind' ||
    (verb === 'connect' &&
      /\b(?:nodes?|elements?|blocks?|shapes?|edges?|lines?|connectors?|wires?|ports?)\b/.test(
        a.phrase,
      ))
      ? write('create')
      : /\b(?:switch|active|database|db|mongo|postgres|mysql|cluster)\b/.test(a.phrase) &&
          verb === 'connect'
        ? write('choose')
        : execute('connect'),
  login: (verb, a) =>
    (/\b(?:status|info|url|check|whether|state|history)\b/.test(a.phrase) &&
      verb !== 'authenticate') ||
    /\b(?:tokens?|keys?)\b/.test(a.object.join(' '))
      ? read(true)
      : execute('login'),
  phone: (verb, a) =>
    verb === 'phone' && a.object.length > 0 && !/\bcall\b/.test(a.phrase)
      ? read(true)
      : execute('phone'),
  touch: (verb, a) => {
    if (a.isScreen || !NOUN_LIKE.has(verb)) {
      if (verb === 'zoom' && /\b(?:meeting|recording|user)s?\b/.test(a.phrase)) return read(true);
      if (
        verb === 'fill' &&
        /\b(?:range|cell|color|colour|layer|shape|background|node)s?\b/.test(a.phrase)
      )
        return write('change');
      return execute('touch');
    }
    if (verb === 'type' || verb === 'press' || verb === 'tap')
      return a.object.length > 0 &&
        a.fields.some(({ name }) =>
          /^(?:text|keys?|selector|element|ref|uid|x|y|button)$/i.test(name),
        )
        ? execute('touch')
        : read(true);
    if (verb === 'fill' || verb === 'pan' || verb === 'touch') return write('change', true);
    return execute('touch', true);
  },
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
  provide: (_, a) =>
    read(
      !/\b(?:instructions?|guidance|information|details|documentation|recommendations?|answers?|access to|an overview|summary|list)\b/.test(
        a.phrase,
      ),
    ),
};

function hasOutputPath({ fields }: Surroundings): boolean {
  return fields.some(({ name, depth }) => depth <= 1 && OUTPUT_PATH.test(name));
}

const PATH_NAME =
  /^(?:file_?paths?|paths?|input_?(?:file|path)|source_?(?:file|path)|image_?path|pdf_?path|file|files)$/i;
function hasPath({ fields }: Surroundings): boolean {
  return fields.some(({ name, depth }) => depth === 0 && PATH_NAME.test(name));
}

const TEXT_NAME =
  /^(?:text|content|contents|body|message|messages|caption|html|markdown|tweet|status|post|payload|data|comment|files|value|thread)$/i;
function hasText({ fields }: Surroundings): boolean {
  return fields.some(({ name, depth }) => depth <= 1 && TEXT_NAME.test(name));
}

function generated(verb: string, a: Surroundings): Meaning {
  const answer: Meaning = { category: 'Read', kind: 'generate', isWeak: true };
  if (hasOutputPath(a)) return write('save');
  if (
    /\b(?:access token|api key|secret key|ssh key|apikey|recovery code|invite link|client secret|credentials?|keypair|signing key)s?\b/.test(
      a.phrase,
    )
  )
    return write('create');
  if (a.isAsync && !isAbout(a.object, 'answer')) return execute('start');
  if (
    /\b(?:job|task id|asynchronous|asynchronously|queue[sd]?|background|poll)\b/.test(a.phrase) &&
    !isAbout(a.object, 'answer')
  )
    return execute('start');
  if (/\b(?:return|returns|returned|returning|base64|inline)\b/.test(a.phrase)) return answer;
  if (isAbout(a.object, 'heavyAsset')) return execute('start', true);
  if (
    isAbout(a.object, 'asset') &&
    !/\b(?:prompt|description|metadata|code|caption|alt|data for)\b/.test(a.phrase)
  )
    return write('create', true);
  if (isAbout(a.object, 'answer')) return answer;
  return verb === 'generate' || verb === 'render'
    ? { ...answer, isWeak: true }
    : write('create', true);
}

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
    return /\b(?:job|task|prompt|workflow|run|generation|scan|render)s?\b/.test(a.phrase)
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
  if (verb === 'issue' && isAbout(a.object, 'charge')) return write('money');
  if (verb === 'hire') return write('money', true);
  if (verb === 'attach') return write('create', a.object.length === 0);
  if (verb === 'create' && a.fields.some(({ name }) => /^manifests?$/i.test(name)))
    return execute('ship');
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
      (headIs(a, 'workload') || headIs(a, 'job'))
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

function headIs(a: Surroundings, kind: 'workload' | 'job'): boolean {
  const head = a.object.at(-1);
  return head !== undefined && (objects[kind].has(head) || objects[kind].has(singular(head)));
}

function changed(verb: string, a: Surroundings): Meaning {
  if (verb === 'turn') return write('change');
  if (verb === 'rebase' || verb === 'cherry-pick') return write('change');
  if (verb === 'respond' || verb === 'answer') return write('send', true);
  if (verb === 'reply') return write('send', NOUN_LIKE.has(verb) && a.object.length === 0);
  if (verb === 'fix')
    return hasPath(a) ? write('change', true) : { category: 'Read', kind: 'compute', isWeak: true };
  if (verb === 'comment') return write('create', a.object.length === 0);
  if (verb === 'branch' || verb === 'checkout') return write('change', true);
  if (verb === 'finalize' && isAbout(a.object, 'money')) return write('money');
  if (
    (verb === 'update' || verb === 'change' || verb === 'modify') &&
    /\bsubscriptions?$/.test(a.object.join(' ')) &&
    /\b(?:plan|price|billing|quantity|proration|items)\b/.test(
      a.fields
        .map(({ name }) => name)
        .join(' ')
        .toLowerCase(),
    )
  )
    return write('money');
  if (
    verb === 'update' &&
    /(?:\b(?:all|installed|npm|outdated) (?:\w+ )?(?:packages|plugins|apps)|dependencies|software|firmware|core|custom nodes?)$/.test(
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

function sent(verb: string, a: Surroundings): Meaning {
  if (verb === 'emit_message') return write('create');
  const phrase = a.phrase;
  // Names such as get_page or text_to_speech: the noun.
  if (verb === 'page' || verb === 'mail' || verb === 'text') return read(true);
  if (
    /\b(?:prompt|question|query|instruction)s?\b/.test(a.object.join(' ')) &&
    /\b(?:model|llm|ai|assistant|chatbot|gpt)\b/.test(phrase)
  )
    return { category: 'Read', kind: 'generate', isWeak: false };
  if (NOUN_LIKE.has(verb) && a.object.length === 0 && verb !== 'broadcast')
    return write('send', true);
  if (
    /\b(?:keys?|keystrokes?|keypress|touch|input|click|mouse|tap)\b/.test(a.object.join(' ')) &&
    verb === 'send'
  )
    return execute('touch');
  if (
    /\b(?:commands?|signal|stdin|gcode|instruction)\b/.test(a.object.join(' ')) &&
    verb === 'send'
  )
    return execute('run');
  if (
    /\b(?:money|funds|payment|eth|ether|tokens?|coins?|crypto|usdc|sol|bitcoin|btc|sats|transactions?|invoice|gift|tip|erc20|native)\b/.test(
      a.object.join(' '),
    )
  )
    return write('money');
  if (verb === 'forward' && /\b(?:ports?|local)\b/.test(phrase)) return execute('start');
  if (
    verb === 'send' &&
    /\b(?:https?|api|graphql|rest|get|raw|rpc|json-rpc) (?:requests?|calls?)\b|\brequests? to\b/.test(
      phrase,
    ) &&
    !/\b(?:friend|connection|approval|signature|review|meeting|contact)\b/.test(phrase)
  )
    return execute('run');
  const isPrepared = isAbout(a.object, 'prepared') && !/\b(?:create|new)\b/.test(phrase);
  if (
    (isPrepared && !hasText(a)) ||
    /\b(?:existing|prepared|saved|scheduled|previously)\b.{0,40}\b(?:draft|campaign|message|email|newsletter|template|reminder|journey)\b/.test(
      phrase,
    )
  )
    return execute('sendoff');
  if (verb === 'remind') return execute('sendoff');
  return write('send');
}

function exchanged(verb: string, a: Surroundings): Meaning {
  if (NOUN_LIKE.has(verb) && a.object.length === 0 && !a.isCrypto) return read(true);
  if (verb === 'transfer') {
    if (
      a.isCrypto ||
      isAbout(a.object, 'cash') ||
      a.fields.some(({ name }) => /^(?:amount|lamports|wei)$/i.test(name))
    )
      return write('money');
    return /\bcalls?\b/.test(a.phrase) ? execute('phone') : write('change');
  }
  if (verb === 'redeem') return write('money', true);
  if (verb === 'trade') return a.object.length === 0 ? read(true) : write('money');
  if (
    verb === 'withdraw' ||
    verb === 'deposit' ||
    verb === 'repay' ||
    verb === 'borrow' ||
    verb === 'airdrop' ||
    verb === 'lend'
  )
    return write('money');
  return a.isCrypto || isAbout(a.object, 'cash') ? write('money') : write('change', true);
}

const ASSESSING =
  /\b(?:analysis|analyses|analyzer|analyser|analytics|lint|linter|validation|calculation|comparison|search|lookup|diagnostics?|diagnosis|health ?checks?|checks?|estimate|forecast|prediction|inference|review|query|queries|report|reports|audit|evaluation metrics?|discovery|retrieval|assessment|screener|explain|dry[- ]run|preview|statistics|regression|correlation|model prompt|completion|similarity|calculator|simulation of|what-if|backtest|introspection)\b/;
const SETTING_OFF =
  /\b(?:jobs?|workflows?|pipelines?|deploy\w*|build|scripts?|commands?|tests?|suite|code|app|container|process|background|agents?|task|tasks|actor|function|collection|automation|browser|scan|cli|training|benchmark|program|notebook|macro|server|flow|action|lighthouse|spec|migration|transaction|contract|sandbox)\b/;

const WITHOUT_DOING =
  /\bwithout (?:actually )?(?:running|executing|applying|deploying|saving|modifying)\b/;

function ran(verb: string, a: Surroundings): Meaning {
  if (
    verb === 'process' ||
    verb === 'index' ||
    verb === 'batch' ||
    verb === 'act' ||
    verb === 'operate' ||
    verb === 'power'
  )
    return NOUN_LIKE.has(verb) && a.object.length === 0 ? { ...read(true) } : execute('run', true);
  if (verb === 'do' || verb === 'bash' || verb === 'emit') return execute('run', true);
  if (WITHOUT_DOING.test(a.phrase)) return { category: 'Read', kind: 'compute', isWeak: false };
  if (verb === 'compile')
    return /\b(?:report|summary|list|statistics|information|data)\b/.test(a.phrase)
      ? { category: 'Read', kind: 'compute', isWeak: true }
      : execute('build');
  if (
    verb === 'call' &&
    (a.object[0] === 'stack' || a.object[0] === 'graph' || a.object[0] === 'history')
  )
    return read(true);
  if (verb === 'interact' || verb === 'control' || verb === 'orchestrate')
    return execute('run', true);
  if (verb === 'play') return execute('run');
  if (verb === 'resend') return execute('sendoff');
  if (verb === 'regenerate' && /\b(?:key|token|secret|password)s?\b/.test(a.phrase))
    return write('change');
  if (['run', 'execute', 'invoke', 'call', 'exec', 'request'].includes(verb)) {
    if (a.object.length === 0) return execute('run', true);
    if (/\b(?:read-only|view|pure) (?:\w+ )?(?:function|method|call)/.test(a.phrase)) return read();
    const object = a.object.join(' ');
    if (ASSESSING.test(object) && !SETTING_OFF.test(object))
      return { category: 'Read', kind: 'compute', isWeak: true };
    if (verb === 'request')
      return /\b(?:review|changes|access|approval|reviewers?|signature|leave|feedback)\b/.test(
        object,
      )
        ? write('create')
        : execute('run', true);
  }
  return execute('run');
}
