import { keyOf, leadSentence, type Quote, type View } from '../signal.ts';

const URL_NAME =
  /^(?:urls?|uris?|links?|websites?|website_?urls?|web_?page_?urls?|page_?urls?|target_?urls?|start_?urls?|seed_?urls?|site_?urls?|source_?urls?|image_?urls?|video_?urls?|audio_?urls?|file_?urls?|document_?urls?|pdf_?urls?|feed_?urls?|article_?urls?|base_?url|endpoint_?url|request_?url|webhook_?url|callback_?url|domain|host|hostname|href|web_?url|media_?url|url_?list)$/i;
const FETCHING =
  /^(?:fetch|scrape|crawl|read|get|extract|download|screenshot|capture|convert|parse|navigate|goto|open|visit|browse|load|retrieve|request|check|analyze|analyse|audit|scan|ping|map|summarize|inspect|test|render|transcribe|snapshot|import|index|probe|resolve|view|return|send|call|make|display|show|classify|describe|detect|validate|run|generate|create|launch|new|take|search|lookup|collect|ingest|preview|unfurl|find|discover|explore|take|use|interact|whois)$/;
/** Addresses of one service's own things are ids, not destinations. */
const OWN_THING =
  /\b(?:issue|pull request|merge request|repository|repo|pipeline|job|workflow|board|channel|frame|node|design|ticket|project|dashboard|instance|workspace|server|api|cluster|account|base|database|connection|registry|organi[sz]ation|region|tenant|proxy|calendar|meeting|tweet|profile|thread|subreddit|reddit|post|playlist|track|album|linkedin|redirect|return|success|callback|avatar|logo|icon|spreadsheet|sheet|doc id|instagram|tiktok|product listing)\b/i;

/** "By URL, or by id": the address names a thing of the service. */
const ALTERNATIVE =
  /\bby (?:its |an? )?(?:URLs?,? or by\b|(?:\w+ )?(?:ids?|names?|keys?),? or (?:by )?URLs?\b)/i;

const DOCS = /\b(?:documentation|docs|doc|manual) (?:pages?|articles?|sections?)\b/i;

/** The argument that names an address which the call then requests. */
export function callerUrl(view: View): Quote[] {
  const { reading, category, main, acts } = view;
  if (category === 'Write' && !/^(?:download|scrape|crawl|fetch)$/.test(main?.verb ?? ''))
    return [];
  const verbs = [main, acts.name, ...acts.lead].flatMap((act) =>
    act === undefined ? [] : [act.verb],
  );
  if (verbs.length > 0 && !verbs.some((verb) => FETCHING.test(verb))) return [];
  for (const field of reading.fields) {
    if (
      field.depth > 1 ||
      !URL_NAME.test(field.name) ||
      (field.type !== 'string' && field.type !== 'array' && field.type !== '')
    )
      continue;
    if (ALTERNATIVE.test(leadSentence(view))) continue;
    const about = field.description.slice(0, 200);
    if (
      /^(?:domain|host|hostname|base_?url)$/i.test(field.name) &&
      !/\b(?:scrape|crawl|ping|fetch|website|web ?page|pages of (?:a|the) site|port scan|http request|any url)\b/i.test(
        `${reading.name} ${reading.description.slice(0, 300)} ${about}`,
      )
    )
      continue;
    if (
      OWN_THING.test(about) &&
      !/\b(?:web ?page|web ?site|any|fetch|scrape|crawl|navigate)\b/i.test(about)
    )
      continue;
    // Pages of the product's own manual are neither outsiders' words nor any address.
    if (
      DOCS.test(`${leadSentence(view).slice(0, 160)} ${about}`) &&
      !/\b(?:any|arbitrary|web ?sites?|web ?pages?|crawl|scrape)\b/i.test(
        `${leadSentence(view)} ${about}`,
      )
    )
      continue;
    if (/^(?:webhook_?url|callback_?url)$/i.test(field.name) && category === 'Read') continue;
    // An alternative to an id is an id.
    if (
      !field.isRequired &&
      !/\b(?:fetch|scrape|crawl|navigat|url|web ?page|open|browse)/i.test(
        `${reading.name} ${leadSentence(view).slice(0, 200)}`,
      )
    )
      continue;
    return [keyOf(field)];
  }
  const lead = leadSentence(view);
  const says = /\b(?:and|or|from|any|a|the) URLs?\b/.exec(lead);
  const path = reading.fields.find(
    ({ name, depth }) =>
      depth === 0 && /^(?:path|source|file|uri|input|src|uris|files)$/i.test(name),
  );
  return says !== null &&
    path !== undefined &&
    category === 'Read' &&
    !/\b(?:returns?|generat|build|creat|encod|decod|pars|pre-?signed|shar)/i.test(lead)
    ? [{ pointer: '/description', quote: says[0] }]
    : [];
}
