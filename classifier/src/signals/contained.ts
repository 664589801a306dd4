import {
  defineSignal,
  inDescription,
  inName,
  leadSentence,
  type Quote,
  type View,
} from '../signal.ts';

const OWN_STATE =
  /\b(?:session(?:'s)? (?:working directory|state|context|default|setting|variables?)|(?:for|in|of) (?:the|this) (?:current )?session|current session|(?:exchange instance|in-?memory|local|internal|query|response|server's own|tool) caches?|own (?:log )?buffer|scratch(?:pad)?(?: space)?|caches? (?:of|for) this server|console (?:messages|buffer|logs?)|log buffer|cached (?:data|responses|results|instances?))\b/i;
const CHOICE =
  /\b(?:active|current|default|working) (?:account|project|workspace|connection|database|context|namespace|organi[sz]ation|team|environment|profile|directory|tenant|instance|device|session|network|chain|file|document|page|model|base|site|subscription)\b/i;
const SANDBOXED =
  /\b(?:code|scripts?|python|javascript|typescript|commands?|programs?|snippets?)\b[^.]{0,80}\b(?:in|inside|within) (?:an? |the |its )?(?:[\w-]+,? ){0,4}(?:sandbox(?:ed)?|isolated (?:container|environment|vm|microvm)|ephemeral (?:container|environment|vm))/i;

export const ownScratch = defineSignal({
  id: 'own-scratch',
  trait: 'contained',
  meaning:
    'The definition says that the effect stays in session state, a cache or a scratch space of the tool.',
  find: (view) => {
    const { main, category, isSuspicious } = view;
    if (isSuspicious || category !== 'Write' || main === undefined) return [];
    if (main.kind === 'choose') {
      const chosen = inDescription(view, CHOICE, 300);
      if (chosen.length > 0) return chosen;
      return inName(
        view,
        /(?:active|current|default|context|project|workspace|account|connection|site|tenant|organi[sz]ation|instance|working[_-]?dir\w*)/i,
      );
    }
    if (
      main.kind === 'reset' ||
      (main.kind === 'change' && /^(?:set|enable|disable|(?:de)?activate)$/.test(main.verb))
    ) {
      const named = inName(view, /cache|console|working[_-]?dir|session/i);
      const stated = inDescription(view, OWN_STATE, 400);
      return main.kind === 'reset' && named.length > 0 && isOwn(view) ? named : stated;
    }
    // Cookies and storage of a browser that the tool itself drives.
    return ['remove', 'create', 'change'].includes(main.kind)
      ? inDescription(view, /\b(?:current|this) (?:browser|browsing) session\b/i, 300)
      : [];
  },
});

function isOwn({ reading }: View): boolean {
  return !/\b(?:cdn|edge|browser cache|redis|purge|application cache|production|all sessions|cookies)\b/i.test(
    reading.description.slice(0, 300),
  );
}

export const describedSandbox = defineSignal({
  id: 'described-sandbox',
  trait: 'contained',
  meaning: 'The description says that the caller’s program runs in a sandbox.',
  find: (view) =>
    view.program?.kind === 'code' &&
    !view.isSuspicious &&
    !/\b(?:not|no|without|escape)\b[^.]{0,20}sandbox/i.test(view.reading.description)
      ? inLead(view)
      : [],
});

function inLead(view: View): Quote[] {
  const match = SANDBOXED.exec(leadSentence(view));
  return match === null ? [] : [{ pointer: '/description', quote: match[0].slice(0, 160) }];
}
