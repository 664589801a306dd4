import type { Act } from '../act.ts';
import { clauseOf } from '../clause.ts';
import { isAbout } from '../lexicon/objects.ts';
import {
  defineSignal,
  joinedActs,
  keyOf,
  leadSentence,
  type Quote,
  quoteOf,
  type View,
} from '../signal.ts';
import { callerUrl } from './caller-url.ts';

const INWARD =
  /\b(?:queues?|sqs|topics?|kafka|rabbitmq|pub\/?sub|streams?|event hub|service bus|agents?|sessions?|model|llm|assistant|terminal|process|repl|console|stdin|kernel|sandbox|thread to the|bot conversation|ai chat|comment on (?:an? )?(?:issue|task|pull|merge))\b/i;
/** Places where a comment is a public post. */
const SOCIAL =
  /\b(?:reddit|subreddits?|youtube|twitter|instagram|facebook|tiktok|linkedin|hacker ?news|mastodon|bluesky|social media)\b/i;
const TO_THE_MAKERS =
  /\b(?:contact|to) (?:the |our |your )?(?:\w+ )?(?:support|vendor|maintainers?|developers|authors|makers)\b(?! (?:tickets?|cases?|requests?|plans?|docs?|mode))/i;
const FOR_SHARING = /\bfor (?:\w+ )?sharing\b(?! (?:state|data between|code|a connection))/i;
const OTHER_AGENT =
  /\b(?:an)?(?:other|matched|remote|external|peer|fellow|partner|counterpart|third-party) (?:\w+ )?agents?\b/i;
const CHAT =
  /\b(?:chat|channel|slack|discord|telegram|whatsapp|sms|e-?mails?|mail|tweets?|x\/twitter|twitter|reddit|subreddit|teams|direct messages?|dms?|message|messages|inbox|social|post to|linkedin|facebook|instagram|bluesky|mastodon|line|messenger|push notifications?|threads|youtube|tiktok)\b/i;

export const sending = defineSignal({
  id: 'sending',
  trait: 'communicates_externally',
  meaning:
    'The act sends, posts, calls or publishes to people or systems outside the server’s own store.',
  find: (view) => {
    const { doing, category, reading } = view;
    if (category === 'Read') return [];
    const words = `${reading.name.replace(/[_-]/g, ' ')} ${reading.title?.text ?? ''} ${leadSentence(view)}`;
    const isMade = view.acts.lead.some(({ kind, isWeak }) => kind === 'create' && !isWeak);
    return (
      [...doing, ...joinedActs(view)]
        .filter((act) => act.category !== 'Read' && isOutward(act, words, reading.serverText))
        // "post-page: create a page": the word names a method of HTTP.
        .filter(
          (act) => !(act.source === 'name' && act.verb === 'post' && isMade && !CHAT.test(words)),
        )
        .slice(0, 2)
        .map(quoteOf)
    );
  },
});

function isOutward(act: Act, words: string, serverText: string): boolean {
  if (act.kind === 'phone' || act.kind === 'sendoff') return true;
  if (/^(?:retweet|repost|crosspost|boost)$/.test(act.verb)) return true;
  if (act.kind === 'create' && FOR_SHARING.test(clauseOf(act) ?? '')) return true;
  // A note on one's own desktop, or in the thread of a review, reaches nobody outside.
  if (
    /\bdesktop notification/i.test(words) ||
    (act.kind === 'create' && /\b(?:merge|pull) request\b/i.test(words))
  )
    return false;
  if ((act.kind === 'create' || act.kind === 'send') && TO_THE_MAKERS.test(words)) return true;
  if (act.kind === 'upload' && /\bto (?:an? |the )?pre-?signed\b/i.test(words)) return true;
  if (act.kind === 'publish')
    return /\b(?:post|article|tweet|video|story|public|publicly|registry|marketplace|social|site|page|newsletter|feed|package|episode|blog)/i.test(
      words,
    );
  if (
    (act.kind === 'send' || act.kind === 'create') &&
    SOCIAL.test(`${words} ${serverText}`) &&
    /\b(?:comments?|repl(?:y|ies)|posts?)\b/i.test(`${act.verb} ${act.object.at(-1) ?? ''}`)
  )
    return !/\bdraft\b/i.test(words);
  if (act.kind === 'send') {
    if (
      INWARD.test(words) &&
      !OTHER_AGENT.test(words) &&
      !/\b(?:e-?mail|sms|slack|discord|channel|customer|user|recipient|dm|whatsapp|telegram)\b/i.test(
        words,
      )
    )
      return false;
    if (/^(?:reply|respond|comment|answer)$/.test(act.verb))
      return CHAT.test(`${words} ${serverText}`) && !/\bcomments?\b/i.test(words);
    if (
      /\b(?:event|metric|log|trace|telemetry|request|signal|data)s?\b/i.test(act.objectText) &&
      !CHAT.test(words)
    )
      return /\bwebhook/i.test(words);
    if (act.verb === 'post' && act.objectText === '') return CHAT.test(words);
    return true;
  }
  if (act.kind === 'share')
    return (
      act.verb === 'invite' ||
      (/^(?:share)$/.test(act.verb) && /\b(?:with|e-?mail|user|people|public|link)\b/i.test(words))
    );
  if (act.kind === 'create') {
    if (/\b(?:topics?|queues?|streams?|subjects?|sns|sqs|kafka|pub\/?sub)\b/i.test(words))
      return false;
    if (
      act.verb === 'schedule' &&
      /\b(?:e-?mails?|messages?|sms|newsletters?|campaigns?|broadcasts?|tweets?|posts?)\b/i.test(
        act.objectText,
      )
    )
      return true;
    if (isAbout(act.object, 'message') || /\b(?:posts?|tweets?)$/.test(act.object.join(' ')))
      return (
        /\b(?:tweet|social|subreddit|public|channel|chat|sms|direct message|dm|thread|twitter|linkedin|facebook|instagram|bluesky|mastodon|message to)\b/i.test(
          `${words} ${serverText}`,
        ) &&
        !/\b(?:template|draft|rule|polic|webhook|schedule|config|filter|attachment|memory|channel$)/i.test(
          act.object.join(' '),
        )
      );
    return false;
  }
  if (act.kind === 'sync')
    return (
      /\b(?:registry|publicly|make it available|hub|app store)\b/i.test(words) &&
      act.verb === 'push'
    );
  return (
    (act.kind === 'run' || act.kind === 'start') &&
    /\b(?:webhooks?|https? requests?|api requests?|notifications?|e-?mails?|sms|campaigns?|journeys?|outreach|newsletter|broadcasts?|phone calls?|voice calls?|outbound)\b/i.test(
      `${act.objectText} ${words.slice(0, 160)}`,
    ) &&
    !/\b(?:workflow_?dispatch)\b/i.test(words)
  );
}

const NOTIFYING =
  /^(?:send_?(?:updates?|notifications?|e?mails?|invites?|invitations?|sms|receipt|invitation_?message)|notify\w*|notification_?(?:e?mails?|recipients?)|sendUpdates|sendNotificationEmail|send_?notification_?email|should_?notify|email_?(?:customer|user|recipients?|message)|sendInvitationMessage)$/i;

export const notifying = defineSignal({
  id: 'notifying',
  trait: 'communicates_externally',
  meaning: 'An argument of an acting call has people notified.',
  find: (view: View): Quote[] => {
    if (view.category === 'Read') return [];
    const field = view.reading.fields.find(({ name, depth }) => depth <= 2 && NOTIFYING.test(name));
    return field === undefined ? [] : [keyOf(field)];
  },
});

const FROM_URL = /\bfrom (?:an? |the |one |any )?(?:[\w-]+ ){0,3}URLs?\b/i;
const ADDRESS = /(?:^|_)(?:url|uri|urls)$|(?:Url|URL|Uri|URI)s?$/;

export const fetching = defineSignal({
  id: 'content-from-url',
  trait: 'communicates_externally',
  meaning: 'An acting call takes its content from an address that the caller names.',
  find: (view) => {
    if (view.category !== 'Write') return [];
    const field = view.reading.fields.find(({ name, depth }) => depth <= 1 && ADDRESS.test(name));
    const match = FROM_URL.exec(leadSentence(view));
    return field === undefined ||
      match === null ||
      /\b(?:repository|repo|git|connection|webhook|database)\b/i.test(match[0])
      ? []
      : [keyOf(field)];
  },
});

export const requesting = defineSignal({
  id: 'caller-url',
  trait: 'communicates_externally',
  meaning: 'The call makes a request to an address that the caller names.',
  find: (view) => callerUrl(view),
});
