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

/** Verbs by which something reaches people, or money moves. */
export const sending: Record<
  Extract<VerbKind, 'send' | 'publish' | 'share' | 'money' | 'exchange' | 'phone'>,
  Rule
> = {
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
    if (verb === 'void' && !isAbout(a.object, 'money')) return write('change');
    if (verb === 'void' || verb === 'bill' || verb === 'invoice' || verb === 'order')
      return write('money');
    return write('money');
  },
  exchange: (verb, a) => exchanged(verb, a),
  phone: (verb, a) =>
    verb === 'phone' && a.object.length > 0 && !/\bcall\b/.test(a.phrase)
      ? read(true)
      : execute('phone'),
};

function sent(verb: string, a: Surroundings): Meaning {
  if (verb === 'emit_message') return write('create');
  const phrase = a.phrase;
  if (
    verb === 'post' &&
    /\b(?:entry|entries|journals?|ledger|transactions?|metrics?|records?|data)\b/.test(
      a.object.join(' '),
    )
  )
    return write('create');
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
    a.isScreen &&
    verb === 'send' &&
    /^(?:text|value|string|characters?)$/.test(a.object.join(' '))
  )
    return execute('touch');
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
  return a.isCrypto ||
    isAbout(a.object, 'cash') ||
    /\b(?:tokens?|coins?)\b/.test(a.object.join(' '))
    ? write('money')
    : write('change', true);
}
