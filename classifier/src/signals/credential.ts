import type { Act } from '../act.ts';
import { isAbout, objects } from '../lexicon/objects.ts';
import { defineSignal, inDescription, keyOf, type Quote, quoteOf, type View } from '../signal.ts';
import { singular } from '../words.ts';

const NOT_SECRET =
  /\b(?:tokens? (?:prices?|balances?|info|holders?|supply|usage|counts?|metadata|list|pairs?|transfers?|address|swap|usd|launch\w*|details)|count tokens?|token count|design tokens?|page tokens?|primary keys?|foreign keys?|keys? (?:results?|metrics?|value|values|moments|press|presses|points?|names?|performance|frames?|phrases|terms|space|insights)|key[- ]value|cache keys?|certificate of|issue key|object keys?|map keys?|public keys?|hot ?keys?|s3 keys?|partition keys?|sort keys?|index keys?)\b/i;
/** Worlds in which a key or a token is something else; these count anywhere in the text. */
const OTHER_WORLD =
  /\b(?:keyboard|press keys?|send keys?|key press|erc-?20|nfts?|coins?|crypto|wallet|on-?chain|redis|idempotency|api reference|count tokens?|token count)\b/i;
const ACCESS_HEAD =
  /^(?:permissions?|roles?|access|acls?|grants?|privileges?|policy|rolebindings?|memberships?|collaborators?|admins?|administrators?|allowlists?|whitelists?|firewall|sharing|ownership)$/;
const ORGANISED =
  /\b(?:organi[sz]ation|org|workspace|team|group|tenant|directory|admin|iam|role|permission|access|repository|project|account|database|active directory|entra|okta|auth|cognito|vault|seat|login|password)\b/i;

export const secrets = defineSignal({
  id: 'secrets',
  trait: 'credential_access',
  meaning: 'The act returns, makes, changes or removes a secret, key, token or certificate.',
  find: (view) => {
    const named = view.reading.fields.find(
      ({ name, depth }) => depth === 0 && /^(?:access|api|secret)_?key/i.test(name),
    );
    const text = `${view.reading.name.replace(/[_-]/g, ' ')} ${view.reading.description.slice(0, 200)}${named === undefined ? '' : ' api'}`;
    return view.doing
      .filter((act) => !(view.setting.isCrypto && /^tokens?$/.test(act.object.at(-1) ?? '')))
      .filter((act) => touchesSecret(act, text, view.reading.name.replace(/[_-]/g, ' ')))
      .slice(0, 1)
      .map(quoteOf);
  },
});

/** A key whose public half is all that a store of it holds. */
const PUBLIC_KEY = /\b(?:ssh|deploy|gpg|pgp|public|host)[ _-]?keys?\b/i;
const READING = /^(?:get|read|retrieve|fetch|list|export|return|dump|show)$/;
const COOKIES =
  /^(?:session |browser )?cookies?\b(?! (?:banner|consent|polic|setting|notice|name))/i;

function touchesSecret(act: Act, text: string, name: string): boolean {
  if (
    /^(?:items?|entry|entries|logins?)$/.test(
      act.object.find((word) => /^(?:items?|entry|entries|logins?)$/.test(word)) ?? '',
    ) &&
    /\bvault\b/i.test(text) &&
    !/^(?:move|share|lock)$/.test(act.verb)
  )
    return true;
  if (
    act.category === 'Read' &&
    /\b(?:environment|ci|ci\/cd|pipeline|build|deployment) variables\b/i.test(act.objectText) &&
    !/\b(?:names? of|without (?:their )?values|names only)\b/i.test(text) &&
    /^(?:get|return|list|read|show)$/.test(act.verb)
  )
    return true;
  // Whoever has the cookies of a session is logged in.
  if (act.category === 'Read' && READING.test(act.verb) && COOKIES.test(act.objectText))
    return true;
  if (act.kind === 'login' && /^(?:un)?lock$/.test(act.verb)) return act.verb === 'unlock';
  if (
    /^(?:send|sendoff|touch|run|money|manage|wait|compute|phone|upload|sync|login|connect)$/.test(
      act.kind,
    ) &&
    !/^(?:rotate|reveal)$/.test(act.verb)
  )
    return false;
  if (/^(?:swap|stake|unstake|bridge|mint|burn|trade)$/.test(act.verb)) return false;
  const tail = act.object.slice(-2);
  if (
    !isAbout(tail, 'credential') &&
    !/\b(?:api[ _-]?keys?|access[ _-]?keys?|private[ _-]?keys?|secret[ _-]?keys?|signing[ _-]?keys?|client[ _-]?secrets?|ssh[ _-]?keys?|encryption[ _-]?keys?|deploy[ _-]?keys?)\b/i.test(
      `${act.objectText} ${act.object.join(' ')}`,
    )
  ) {
    if (
      !(
        /^keys?$/.test(act.object.at(-1) ?? '') &&
        /\b(?:api|access|secret|encryption|ssh|kms|vault|auth)\b/i.test(text)
      )
    )
      return false;
  }
  // A public key named beside the secret does not make the secret public: only the act's own object counts.
  const own = act.objectText.replace(/\([^()]*\)/g, ' ');
  if (OTHER_WORLD.test(text) || NOT_SECRET.test(`${name}. ${act.verb} ${own}`)) return false;
  if (act.kind === 'generate' && /\b(?:password|passphrase|uuid|random|strong)\b/i.test(text))
    return false;
  if (act.category === 'Read')
    return (
      !(PUBLIC_KEY.test(text) && !/\bprivate\b/i.test(text)) &&
      /^(?:get|read|reveal|retrieve|fetch|show|export|view|access|return|list|describe|obtain|decrypt)$/.test(
        act.verb,
      ) &&
      !/\b(?:names?|metadata|without|policy|policies|status|expir\w*|scopes?|types?|rotation|masked|redacted|does not return|values? (?:are|is) (?:not|never)|validate|rule|scanning|alerts?)\b/i.test(
        text,
      ) &&
      !(act.verb === 'list' && !/\bsecrets?\b/i.test(text))
    );
  return true;
}

export const access = defineSignal({
  id: 'access',
  trait: 'credential_access',
  meaning: 'The act grants, changes or takes away who may do what.',
  find: (view) => {
    if (view.category === 'Read') return [];
    const { reading } = view;
    const roles = reading.fields.filter(
      ({ name, depth }) => depth === 0 && /^(?:role|permission|access)/i.test(name),
    );
    const text = `${reading.name.replace(/[_-]/g, ' ')} ${reading.description.slice(0, 300)} ${roles.length > 0 ? 'role' : ''}`;
    const act = view.doing.find((item) => item.category !== 'Read' && changesAccess(item, text));
    if (act !== undefined) return [quoteOf(act)];
    return firewall(view);
  },
});

function changesAccess(act: Act, text: string): boolean {
  const head = act.object.at(-1) ?? '';
  if (/^(?:grant|revoke|impersonate)$/.test(act.verb))
    return /\b(?:access|permissions?|roles?|keys?|tokens?|privileges?|user|users|member|consent|admin|share|session|certificate)\b/i.test(
      text,
    );
  if (
    act.verb === 'approve' &&
    /\b(?:(?:device|access|authorization|login|sign-?in) (?:\w+ )?requests?|device approvals?)\b/i.test(
      text,
    )
  )
    return true;
  if (ACCESS_HEAD.test(head) || (head.endsWith('rules') && /firewall|access|allow/i.test(text))) {
    if (/\b(?:polic(?:y|ies))\b/i.test(head))
      return /\b(?:iam|access|role|permission|security|bucket)\b/i.test(text);
    return !/\b(?:job role|role play|aria role|accessibility)\b/i.test(text);
  }
  if (
    /\b(?:env(?:ironment)?|secret|ci|ci\/cd|pipeline|build|deployment)[ _-]?(?:vars?|variables?)\b/i.test(
      `${act.object.join(' ')} ${act.objectText}`,
    )
  )
    return true;
  if (
    /^(?:assign|unassign)$/.test(act.verb) &&
    /\busers?\b/i.test(act.objectText) &&
    /\b(?:group|role|license)\b/i.test(text)
  )
    return true;
  if (act.kind === 'share')
    return (
      /\b(?:role|permissions?|access|editor|viewer|writer)\b/i.test(text) ||
      (act.verb === 'invite' && ORGANISED.test(text))
    );
  const isPerson =
    /^(?:users?|members?|collaborators?|admins?|guests?|service accounts?|accounts?|serviceaccounts?)$/.test(
      head,
    ) ||
    (isAbout([head], 'people') && objects.access.has(singular(head)));
  if (!isPerson) return false;
  if (/^(?:ban|unban|kick)$/.test(act.verb)) return true;
  if (act.kind === 'create' || act.kind === 'remove')
    return (
      ORGANISED.test(text) &&
      !/\b(?:crm|customer|contact|subscriber|bank|ledger|channel|list|segment|chart of accounts|campaign|audience)\b/i.test(
        text,
      )
    );
  if (act.kind === 'mark' && /\b(?:members?|guests?)\b/i.test(head)) return ORGANISED.test(text);
  return /\b(?:role|permission|password|deactivate|suspend|revoked)\b/i.test(text);
}

const ACCESS_LIST = /^(?:ip_?)?(?:access_?control_?list|allow_?list)(?:_?s?id)?$/i;

function firewall({ reading, doing, main }: View): Quote[] {
  const named = reading.fields.find(({ name, depth }) => depth === 0 && ACCESS_LIST.test(name));
  if (named !== undefined && /^(?:create|change|remove)$/.test(main?.kind ?? ''))
    return [keyOf(named)];
  const match =
    /\b(?:managing|manage|configur\w+|updat\w+|creat\w+|add\w*|delet\w+|set\w*) (?:\w+ )?(?:firewall rules?|ip allow-?lists?|access control|role assignments?|network acls?|security group rules?)/i.exec(
      reading.description.slice(0, 1500),
    );
  return match !== null && doing.length > 0 ? [{ pointer: '/description', quote: match[0] }] : [];
}

const VALUES = /^(?:values?|variables?|vars|env|entries|secrets?|data)$/i;

export const variables = defineSignal({
  id: 'variables',
  trait: 'credential_access',
  meaning: 'The call sets the variables of an environment, where secrets are kept.',
  find: ({ reading, doing, category }) => {
    if (category === 'Read') return [];
    const act = doing.find(
      (item) =>
        (item.kind === 'create' || item.kind === 'change' || item.kind === 'save') &&
        [
          item.object.at(-1),
          ...(/(?:of|in) (?:an? |the )?(environment)/i.exec(item.objectText)?.slice(1) ?? []),
        ].some((word) => word === 'environment'),
    );
    if (act === undefined) return [];
    const values = reading.fields.find(
      ({ name, depth, type }) =>
        depth > 0 && VALUES.test(name) && (type === 'array' || type === 'object'),
    );
    const isSaid =
      /\benvironment variables?\b/i.test(reading.description.slice(0, 3000)) &&
      reading.fields.some(({ name, type }) => type === 'object' || VALUES.test(name));
    return values !== undefined ? [quoteOf(act), keyOf(values)] : isSaid ? [quoteOf(act)] : [];
  },
});

const GIVEN_BACK =
  /\b(?:store|save|keep|copy|note) (?:the|this|your) (?:returned|generated|issued|new) (?:api[ _-]?key|access token|auth token|bearer token|client secret|secret|password)\b/i;

/** "Returns details including host and key for data plane access". */
const RETURNED_KEY =
  /\breturns?\b[^.\n]{0,60}\b(?:(?:access |api |secret )?keys?|tokens?|passwords?|credentials) for (?:\w+ ){0,3}access\b|\b\w*secret_?(?:key)?s? (?:is|are) returned\b/i;

export const keysGivenBack = defineSignal({
  id: 'keys-given-back',
  trait: 'credential_access',
  meaning: 'The description says that a call returns a secret, old or newly made.',
  find: (view) => inDescription(view, view.category === 'Read' ? RETURNED_KEY : GIVEN_BACK),
});

const PASSWORD =
  /^(?:password|passwd|new_?password|user_?password|secret_?values?|passphrase|master_?password|admin_?password|login_?password|pin_?code)$/i;

export const passwords = defineSignal({
  id: 'passwords',
  trait: 'credential_access',
  meaning: 'A creating or changing call sets a password or the value of a secret.',
  find: ({ reading, main, category }) => {
    if (
      category === 'Read' ||
      main === undefined ||
      !['create', 'change', 'reset', 'save', 'share'].includes(main.kind)
    )
      return [];
    if (
      /\b(?:connection|pdf|zip|encrypt|wifi|meeting)\b/i.test(`${reading.name} ${main.objectText}`)
    )
      return [];
    const field = reading.fields.find(
      ({ name, depth, description }) =>
        depth <= 2 &&
        PASSWORD.test(name) &&
        !/\b(?:protected|to access|if (?:it|the|this)|required for|to (?:open|unlock))\b/i.test(
          description,
        ),
    );
    return field === undefined ? [] : [keyOf(field)];
  },
});

export const accountLogins = defineSignal({
  id: 'account-logins',
  trait: 'credential_access',
  meaning: 'The call adds or removes stored logins.',
  find: ({ reading, category, choices }) => {
    if (category === 'Read') return [];
    const match =
      /\b(?:account authentication|OAuth flow for (?:a )?new account|(?:stored?|local|saved?|cached) (?:access |refresh |auth )?(?:tokens?|credentials))\b/i.exec(
        reading.description.slice(0, 2000),
      );
    const acts = choices.some(({ act }) => act !== undefined && act.kind !== 'read');
    return match !== null && acts ? [{ pointer: '/description', quote: match[0] }] : [];
  },
});
