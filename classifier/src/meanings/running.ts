import { isAbout } from '../lexicon/objects.ts';
import type { VerbKind } from '../lexicon/verbs.ts';
import { NOUN_LIKE } from '../lexicon/verbs.ts';
import {
  execute,
  hasText,
  type Meaning,
  type Rule,
  read,
  type Surroundings,
  write,
} from '../meaning.ts';

/** Verbs that set something going or steer it. */
export const running: Record<
  Extract<
    VerbKind,
    | 'run'
    | 'start'
    | 'stop'
    | 'cancel'
    | 'open'
    | 'close'
    | 'ship'
    | 'build'
    | 'apply'
    | 'sync'
    | 'push'
    | 'pull'
    | 'connect'
    | 'login'
    | 'touch'
  >,
  Rule
> = {
  run: (verb, a) => ran(verb, a),
  start: (verb, a) =>
    verb === 'initiate' && PAYING.test(a.object.join(' '))
      ? write('money')
      : /\b(?:thinking|reasoning|here)\b/.test(a.phrase)
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
    if (/\b(?:downloads?|uploads?)\b/.test(a.object.join(' '))) return execute('stop');
    if (
      /\bsubscriptions?\b/.test(a.phrase) &&
      !/\bevent subscription|webhook|notification/.test(a.phrase)
    )
      return write('money');
    if (
      /\b(?:orders?|payments?|charges?|payouts?|payment intents?|invoices?)\b/.test(a.phrase) ||
      (/\btransfers?\b/.test(a.phrase) &&
        !/\b(?:files?|uploads?|downloads?|copy|data|domains?|tracked|in-flight)\b/.test(a.phrase))
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
    /\b(?:previously reserved|reserved|lease|seat|lock|hold|note|reservation|stock|ip|ipv4|ipv6|address|number|memory|create|draft)s?\b/.test(
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
      : // "Refresh the context of …", of a tool that gets it: read once more.
        execute('sync', verb === 'refresh'),
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
  connect: (verb, a) =>
    verb === 'bind' || (verb === 'connect' && isJoining(a))
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
};

/** Dealings that move money when they are carried out. */
const PAYING =
  /\b(?:payments?|refunds?|payouts?|payrolls?|withdrawals?|(?:wire|bank|fund|money|token|crypto) transfers?|trades?|(?:token )?swaps?|purchases?)$/;
const JOINED =
  /\b(?:nodes?|elements?|blocks?|shapes?|edges?|lines?|connectors?|wires?|boards?|items?|records?|columns?|tables?|lists?|tasks?|issues?|projects?|pages?|documents?|contacts?|deals?|tickets?|fields?|objects?|schemas?|domains?|repositor(?:y|ies)|repos?|layers?|components?|entities|collections?|products?|users?|members?|groups?|teams?|tags?|labels?|cards?|steps?|tiles?)\b/;
const LIVE =
  /\b(?:servers?|hosts?|instances?|devices?|databases?|clusters?|sessions?|browsers?|wallets?|wi-?fi|networks?|vpns?|bluetooth|ssh|sockets?|remote|brokers?|terminals?|emulators?|simulators?|debuggers?|accounts?|apis?|endpoints?|services?|chrome|tabs?|printers?|vehicles?|exchanges?)\b/;

/** Whether two stored things are tied together, and no live line is opened: "connect a board to a schema". */
function isJoining({ object, phrase }: Surroundings): boolean {
  const named = object.join(' ');
  return JOINED.test(named) && !LIVE.test(named) && !/\bconnect(?:s|ing)? to\b/.test(phrase);
}

const ASSESSING =
  /\b(?:analysis|analyses|analyzer|analyser|analytics|lint|linter|validation|calculation|comparison|search|lookup|diagnostics?|diagnosis|health ?checks?|checks?|estimate|forecast|prediction|inference|review|query|queries|report|reports|audit|evaluation metrics?|discovery|retrieval|assessment|screener|explain|dry[- ]run|preview|statistics|regression|correlation|model prompt|completion|similarity|calculator|simulation of|what-if|backtest|introspection)\b/;

const SETTING_OFF =
  /\b(?:jobs?|workflows?|pipelines?|deploy\w*|build|scripts?|commands?|tests?|suite|code|app|container|process|background|agents?|task|tasks|actor|function|collection|automation|browser|scan|cli|training|benchmark|program|notebook|macro|server|flow|action|lighthouse|spec|migration|transaction|contract|sandbox)\b/;

const LIVE_INPUT =
  /\b(?:process|terminal|repl|shell|session|page|browser|screen|device|app|application|window|agent|robot|game|viewer|contract|debugger|console)s?\b/;

const WITHOUT_DOING =
  /\bwithout (?:actually )?(?:running|executing|applying|deploying|saving|modifying)\b/;

function ran(verb: string, a: Surroundings): Meaning {
  if (verb === 'process' && PAYING.test(a.object.join(' '))) return write('money');
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
  if (verb === 'interact' && !a.isScreen && !LIVE_INPUT.test(a.object.join(' ')))
    return { category: 'Write', kind: 'manage', isWeak: true };
  if (verb === 'interact' || verb === 'control' || verb === 'orchestrate')
    return execute('run', true);
  // "… and compact metadata": how it is told.
  if (
    verb === 'compact' &&
    /\b(?:metadata|summar(?:y|ies)|views?|lists?|output|json|form|details)\b/.test(a.phrase)
  )
    return read(true);
  if (verb === 'play') return execute('run');
  if (verb === 'resend') return execute('sendoff');
  if (verb === 'regenerate' && /\b(?:key|token|secret|password)s?\b/.test(a.phrase))
    return write('change');
  if (['run', 'execute', 'invoke', 'call', 'exec', 'request'].includes(verb)) {
    if (a.object.length === 0) return execute('run', true);
    if (/\b(?:read-only|view|pure) (?:\w+ )?(?:function|method|call)/.test(a.phrase)) return read();
    // An abbreviation in brackets stands before the noun it belongs to, and a flow of cash is set off by nobody.
    const noun = /\([a-z]{2,6}\) (\w+)/.exec(a.phrase)?.[1] ?? '';
    const object = `${a.object.join(' ')} ${noun}`.trim().replace(/\bcash flows?\b/, 'cash');
    if (
      verb !== 'request' &&
      /\b(?:saved|stored) (?:quer(?:y|ies)|looks?|questions?|reports?|search(?:es)?|views?|cards?|charts?|filters?)\b/.test(
        object,
      )
    )
      return read();
    if (PAYING.test(object)) return execute('money');
    if (/\b(?:sql|cypher) (?:quer(?:y|ies)|statements?|commands?)\b/.test(object))
      return /\b(?:read-?only|select)\b/.test(a.phrase) ? read(true) : execute('run');
    if (verb !== 'request' && ASSESSING.test(object) && !SETTING_OFF.test(object))
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
