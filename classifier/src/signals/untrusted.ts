import { clauseOf } from '../clause.ts';
import {
  defineSignal,
  inDescription,
  inName,
  isDemonstration,
  type Quote,
  quoteOf,
  type View,
} from '../signal.ts';
import { callerUrl } from './caller-url.ts';
import { heads, words as wordsOf } from './heads.ts';

const OUTSIDE_HEAD =
  /^(?:tweet|tweets|posts?|subreddits?|replies|reviews?|wikipedia|articles?|news|issues?|discussions?|threads?|stories|transcripts?|captions|headlines|webpages?|website|websites|web|internet|feed|feeds|rss|blogs?|messages?|emails?|mails?|inbox|mailbox|conversations?|chats?|dms?|tickets?|places?|place|restaurants?|hotels?|listings?|timeline|trends|papers?|comments?|prs?|packages?|models?|datasets?|spaces|videos?|channel_history|feedback|submissions?|responses|gifs?|memes|jobs|poi|pois|businesses|profiles?|tweeter|hashtags?|attachments?|mentions|notifications|repositories|repos|readme|answers|questions|podcasts?|episodes?|topics?)$/;
const WEB_SEARCH =
  /\b(?:web|internet|google|bing|online|news|academic|arxiv|wikipedia|youtube|image) ?search|search(?:es|ing)? (?:the )?(?:web|internet|google|online|news|wikipedia|youtube|arxiv|reddit|twitter|x\b)|(?:from|across|on) the (?:web|internet)|web (?:results|pages?|content)\b|search engine results|\bserps?\b|search results from|web research/i;
const PUBLIC_PLACE =
  /\b(?:twitter|x\/twitter|tweets?|reddit|hacker ?news|youtube|instagram|tiktok|facebook|linkedin|mastodon|bluesky|forum|discourse|social media|wikipedia|stack ?overflow|public (?:posts?|profiles?|pages?|repositor\w+|feeds?)|web|news|rss|hub|marketplace|npm|pypi|app store|yelp|google maps|places|points? of interest|open source|crates|arxiv|community)\b/i;
/** A store of the user's own images and packages is no public place. */
const OWN_REGISTRY = /\b(?:container|image|docker|artifact|oci|helm) registr(?:y|ies)\b/i;
const CODE_HOST =
  /\b(?:pull requests?|merge requests?|repositor(?:y|ies)|repos?|fork|open source)\b/i;
const MAIL_OR_CHAT =
  /^(?:messages?|emails?|mails?|inbox|mailbox|conversations?|chats?|dms?|threads?|attachments?|replies|tickets?|mentions|sms)$/;
const BROWSER =
  /\b(?:browser|web ?page|page|dom|playwright|puppeteer|selenium|chrome|firefox|devtools|tab|html)\b/i;
const SHOWN =
  /^(?:screenshot|snapshot|content|text|html|console|dom|page|source|accessibility|network|requests|logs|elements?|body|markdown|title|messages|message|request|response|tree|value|attribute)$/;
const FROM_PAGE = /\bfrom (?:the |a )?(?:current |active |open |live )?(?:web ?page|page|tab)\b/i;
const OF_CODE =
  /\b(?:code|source|docstrings?|todo|lint|comment (?:count|style)|inline) ?comments?\b/i;
const OWN_MAIL =
  /\b(?:scheduled|drafts?|outbox|unsent|sent (?:messages?|e?-?mails?|items?)|(?:in[- ]app|embedded|push) messages?)\b/i;
/** What people outside typed into a form. */
const FILLED_IN =
  /\b(?:form|survey|questionnaire|poll) (?:responses?|submissions?|answers?|entries)\b|\b(?:responses?|submissions?|answers?) (?:of|to|from|for) (?:an? |the )?(?:\w+ )?(?:form|survey|questionnaire)\b/i;
const HOME_FEED = /\bhome (?:timeline|feed)\b/i;
const METADATA =
  /\b(?:templates?|schemas?|settings?|counts?|metrics?|statistics|stats|analytics|types?|labels?|categor(?:y|ies)|folders?|fields?|statuses|status|definitions?|channels?|preferences|rules?|filters?|usage|limits?|configs?|link_types?|milestones?|aggregat\w*|tags?|flair|quota|approvals?|state|pipelines?|versions?|participants|commits?|links?|members?|subscriptions?|events?|branches|reactions?|awards?|emojis?)$/i;

export const outsideText = defineSignal({
  id: 'outside-text',
  trait: 'untrusted_content',
  meaning: 'The result can hold text by people outside the user’s organisation.',
  find: (view) => {
    if (
      (view.category !== 'Read' && view.main?.source !== 'argument') ||
      view.main?.kind === 'generate'
    )
      return [];
    return webSearch(view) ?? outsideObjects(view) ?? shownPage(view) ?? [];
  },
});

function webSearch(view: View): Quote[] | undefined {
  const named = inName(
    view,
    /web[_-]?search|webSearch|search[_-]?(?:the[_-]?)?web|internet[_-]?search|search[_-]?engine|news[_-]?search|search[_-]?news/i,
  );
  if (named.length > 0) return named;
  const first = view.reading.sentences
    .slice(0, 2)
    .map(({ text }) => text)
    .join(' ');
  return WEB_SEARCH.test(first) &&
    !/\b(?:file|code|database|docs|documentation|account|inventory)\b/i.test(first.slice(0, 60))
    ? inDescription(view, WEB_SEARCH)
    : undefined;
}

function outsideObjects(view: View): Quote[] | undefined {
  const { server, serverText } = view.reading;
  const place = PUBLIC_PLACE.exec(serverText);
  if (
    place !== null &&
    server !== undefined &&
    view.doing.some(({ verb, object }) => verb === 'search' && object.length === 0)
  ) {
    const quote = server.name.substring(place.index, place.index + place[0].length);
    if (quote !== '') return [{ pointer: '/server/name', quote }];
  }
  const text = `${view.reading.name.replace(/[_-]/g, ' ')} ${view.reading.description.slice(0, 300)} ${view.reading.serverText} ${codeHost(view)}`;
  for (const act of view.doing) {
    if (act.source === 'name' && isDemonstration(view)) continue;
    // What one has written oneself, and not yet sent, is nobody else's text.
    if (OWN_MAIL.test(`${act.objectText} ${view.reading.name.replace(/[_-]/g, ' ')}`)) continue;
    if (act.kind === 'compute' && !/^(?:summarize|analyze|monitor|translate)$/.test(act.verb))
      continue;
    if (/^(?:count|validate|lint|check|verify|resolve|detect)$/.test(act.verb)) continue;
    if (/^comments?$/.test(heads(act)[0] ?? '') && !OF_CODE.test(text)) return [quoteOf(act)];
    if (FILLED_IN.test(`${act.objectText} ${clauseOf(act) ?? ''}`)) return [quoteOf(act)];
    const head = heads(act).find((word) => OUTSIDE_HEAD.test(word));
    if (head === undefined || METADATA.test(heads(act)[0] ?? '')) continue;
    const isOutside =
      MAIL_OR_CHAT.test(head) ||
      /^(?:tweets?|subreddits?|reviews?|listings?|hotels?|restaurants?|places?|pois?|wikipedia|news|web|internet|rss|headlines|websites?|webpages?|articles?|arxiv)$/.test(
        head,
      )
        ? !/\b(?:queue|sqs|topic|kafka|console|commit|error|log|assistant|agent|session|llm)\b/i.test(
            text,
          ) || BROWSER.test(text)
        : (PUBLIC_PLACE.test(text) && !OWN_REGISTRY.test(text)) ||
          (CODE_HOST.test(text) &&
            !OWN_REGISTRY.test(text) &&
            /^(?:issues?|prs?|comments?|discussions?|reviews?|repositories|repos|readme|threads?|replies)$/.test(
              head,
            ));
    if (isOutside) return [quoteOf(act)];
  }
  // A pull request is named by two words.
  const request =
    /\b(?:pull|merge)[ _-]?requests?\b|pullRequests?|mergeRequests?|\bmr[_-](?:discussion|note|comment)/i;
  if (
    CODE_HOST.test(text) &&
    request.test(view.reading.name.replace(/_/g, ' ')) &&
    !METADATA.test(view.reading.nameWords.map(({ text: word }) => word).join(' '))
  )
    return inName(view, /(?:pull|merge)[ _-]?requests?/i);
  if (
    /\b(?:profile|user)s?\b/i.test(view.reading.name.replace(/[_-]/g, ' ')) &&
    /\b(?:twitter|reddit|instagram|tiktok|linkedin|bluesky|mastodon|social)\b/i.test(text)
  )
    return inName(view, /user|profile/i);
  const feed = inDescription(view, HOME_FEED, 300);
  return feed.length > 0 ? feed : undefined;
}

// Arguments such as `repo` and `pull_number` say what kind of place a tool reads, whatever it is called.
function codeHost({ reading }: View): string {
  return reading.fields.some(
    ({ name, depth }) =>
      depth <= 1 &&
      /^(?:repo|repo_?name|repository|repo_?slug|pull_?number|merge_?request_?iid|issue_?iid|project_?path)$/i.test(
        name,
      ),
  )
    ? 'repository'
    : '';
}

const LOCAL_FILE = /\bfrom an? local\b[^.]{0,30}\bfile\b/i;

function shownPage(view: View): Quote[] | undefined {
  const { reading, setting } = view;
  const text = `${reading.name} ${reading.description.slice(0, 200)} ${reading.serverText}`;
  if (
    !setting.isScreen ||
    !BROWSER.test(text) ||
    LOCAL_FILE.test(reading.description.slice(0, 300))
  )
    return undefined;
  const act = view.doing.find(
    (item) =>
      item.kind !== 'wait' &&
      ([item.verb, ...wordsOf(item)].some((word) => SHOWN.test(word)) ||
        FROM_PAGE.test(clauseOf(item) ?? '')),
  );
  return act === undefined ? undefined : [quoteOf(act)];
}

export const requestedPage = defineSignal({
  id: 'requested-page',
  trait: 'untrusted_content',
  meaning: 'The result holds what stands at an address that the caller names.',
  find: (view) => {
    if (view.category === 'Write') return [];
    if (
      view.category === 'Execute' &&
      !/^(?:navigate|goto|open|visit|browse|new|launch|load)$/.test(view.main?.verb ?? '')
    )
      return [];
    return callerUrl(view);
  },
});

const OF_STRANGERS =
  /\b(?:published|created|contributed|made|written|provided|maintained|built|posted) by (?:independent|third[- ]party|community|other|external|outside) (?:\w+ )?(?:developers?|users?|authors?|people|creators?|members?|vendors?|contributors?)\b/i;
const IN_MAIL = /\bfrom (?:an? |the )?(?:\w+ )?(?:e-?mails?|messages?|chats?|attachments?)\b/i;
const OPEN_REGISTER =
  /\bpublic (?:\w+ ){0,2}(?:registry|store|marketplace|directory|catalog(?:ue)?)\b/i;
const BIO = /\b(?:bio|biograph(?:y|ies)|about me|status message)\b/i;
const OWN_PEOPLE =
  /\b(?:employees?|colleagues?|organi[sz]ation|directory|workspace members?|authenticated user|my (?:own )?profile|your own)\b/i;
const IN_OTHER_LANGUAGES =
  /(?<![A-Za-z])POI(?![A-Za-z])|兴趣点|网页|新闻|帖子|微博|推文|评论列表|ツイート|ニュース|口コミ|投稿を|뉴스|게시물/u;

export const strangersWords = defineSignal({
  id: 'strangers-words',
  trait: 'untrusted_content',
  meaning: 'The description says that outsiders wrote or published what comes back.',
  find: (view) => {
    const { category, reading, main } = view;
    if (category !== 'Read' || main === undefined || main.kind === 'generate') return [];
    const open = inDescription(view, OPEN_REGISTER, 400);
    if (
      open.length > 0 &&
      (main.verb === 'search' || main.verb === 'discover' || main.verb === 'list')
    )
      return open;
    const published = inDescription(view, OF_STRANGERS);
    if (published.length > 0) return published;
    const inbound = main.verb === 'extract' ? IN_MAIL.exec(clauseOf(main) ?? '') : null;
    if (inbound !== null && reading.description.includes(inbound[0]))
      return [{ pointer: '/description', quote: inbound[0] }];
    const isPerson = /\b(?:users?|profiles?|members?|accounts?|authors?)\b/i.test(
      `${reading.name.replace(/[_-]/g, ' ')} ${main.objectText}`,
    );
    if (isPerson && !OWN_PEOPLE.test(reading.description.slice(0, 600)))
      return inDescription(view, BIO);
    return /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Hangul}]/u.test(
      reading.description.slice(0, 200),
    )
      ? inDescription(view, IN_OTHER_LANGUAGES, 300)
      : [];
  },
});
