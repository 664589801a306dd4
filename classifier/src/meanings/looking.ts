import { isAbout } from '../lexicon/objects.ts';
import type { VerbKind } from '../lexicon/verbs.ts';
import { NOUN_LIKE } from '../lexicon/verbs.ts';
import {
  execute,
  hasOutputPath,
  hasPath,
  type Meaning,
  type Rule,
  read,
  type Surroundings,
  write,
} from '../meaning.ts';

/** Verbs that look something up, work something out or hand it over. */
export const looking: Record<
  Extract<
    VerbKind,
    | 'look'
    | 'compute'
    | 'generate'
    | 'wait'
    | 'transform'
    | 'export'
    | 'download'
    | 'extract'
    | 'track'
    | 'test'
    | 'provide'
  >,
  Rule
> = {
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
    if (
      verb === 'print' &&
      (/\bprinters?\b/.test(a.phrase) ||
        a.fields.some(({ name }) => /^(?:printer\w*|copies)$/i.test(name)))
    )
      return execute('run');
    if (
      verb === 'report' &&
      a.object.some((word) =>
        /^(?:issues?|bugs?|problems?|abuse|spam|feedback|incidents?|scorecards?|violations?|defects?)$/.test(
          word,
        ),
      )
    )
      return write('create', a.object.length > 3 && !/\bscorecards?\b/.test(a.phrase));
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
    if (hasOutputPath(a) && /\b(?:generate|create|produce|write|save)s?\b/.test(a.phrase))
      return write('save', true);
    if (verb === 'group' || verb === 'sort' || verb === 'roll')
      return { category: 'Read', kind: 'compute', isWeak: true };
    return { category: 'Read', kind: 'compute', isWeak: false };
  },
  generate: (verb, a) => generated(verb, a),
  wait: () => ({ category: 'Read', kind: 'wait', isWeak: false }),
  transform: (verb, a) =>
    (verb === 'rotate' &&
      /\b(?:keys?|secrets?|credentials?|tokens?|passwords?|certificates?)\b/.test(a.phrase)) ||
    (verb === 'sign' && /\b(?:documents?|contracts?|agreements?|forms?|pdf)\b/.test(a.phrase))
      ? write('change')
      : verb === 'convert' &&
          a.fields.some(({ name }) => /^(?:file|folder|document|doc|drive)_?id$/i.test(name))
        ? write('create')
        : verb === 'resize' &&
            /\b(?:droplet|instance|vm|cluster|pool|server|machine|deployment|dyno)s?\b/.test(
              a.phrase,
            )
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
  test: (_, a) =>
    /\b(?:connection|connectivity|regex|expression|pattern|credentials?|whether|if|condition|permission|latency|speed|hypothesis|string|rule|filter|availability|reachability|accessibility of)\b/.test(
      a.phrase,
    )
      ? { category: 'Read', kind: 'compute', isWeak: true }
      : execute('run', true),
  provide: (_, a) =>
    read(
      !/\b(?:instructions?|guidance|information|details|documentation|recommendations?|answers?|access to|an overview|summary|list)\b/.test(
        a.phrase,
      ),
    ),
};

function generated(verb: string, a: Surroundings): Meaning {
  const answer: Meaning = { category: 'Read', kind: 'generate', isWeak: true };
  if (hasOutputPath(a)) return write('save');
  if (
    /\b(?:access token|api key|secret key|ssh key|apikey|recovery code|invite link|(?:client|signing|webhook|shared|app) secret|credentials?|keypair|signing key|(?:signing|webhook|shared|api|access|refresh) (?:secret|token)|(?:secret|token|password) for (?:an? existing|the|this|an? (?:\w+ )?(?:user|account|endpoint|webhook|service|application|server|instance|database)))s?\b/.test(
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
  // A link to what was made says that it is kept somewhere.
  const isLinked = isAbout(a.object, 'asset') && /\b(?:links?|urls?)\b/.test(a.phrase);
  if (!isLinked && /\b(?:return|returns|returned|returning|base64|inline)\b/.test(a.phrase))
    return answer;
  if (isAbout(a.object, 'heavyAsset')) return execute('start', true);
  if (
    isAbout(a.object, 'asset') &&
    !/\b(?:prompt|description|metadata|code|caption|alt|data for)\b/.test(a.object.join(' '))
  )
    return write('create', true);
  if (isAbout(a.object, 'answer')) return answer;
  return verb === 'generate' || verb === 'render'
    ? { ...answer, isWeak: true }
    : write('create', true);
}
