import { isJsonObject, type JsonObject, type JsonValue } from '@toolwarden/catalogue';

/**
 * Words for secrets, as they read once accents, spaces and signs are gone: English, Spanish, French, German,
 * Portuguese, Italian, Dutch, Polish, Turkish, Russian (in Latin look-alikes, see below), Chinese, Japanese, Korean.
 * Long enough that no honest text holds them by chance.
 */
const RUN_TOGETHER = [
  ...[
    'password',
    'passwd',
    'passphrase',
    'passcode',
    'pincode',
    'pinnumber',
    'onetimecode',
    'onetimepass',
  ],
  ...[
    'apikey',
    'secretkey',
    'privatekey',
    'accesskey',
    'accesstoken',
    'authtoken',
    'bearertoken',
    'refreshtoken',
  ],
  ...[
    'apitoken',
    'sessiontoken',
    'clientsecret',
    'sessioncookie',
    'recoveryphrase',
    'recoverycode',
    'backupcode',
  ],
  ...[
    'seedphrase',
    'mnemonic',
    'securitycode',
    'verificationcode',
    'creditcard',
    'debitcard',
    'cardnumber',
  ],
  ...[
    'socialsecuritynumber',
    'bankaccountnumber',
    'sshkey',
    'logincredential',
    'yourcredentials',
    '2facode',
    'mfacode',
  ],
  ...[
    'contrasena',
    'clavesecreta',
    'clavedeapi',
    'claveprivada',
    'clavedeacceso',
    'tarjetadecredito',
    'numerodetarjeta',
  ],
  ...['tokendeacceso', 'frasesemilla', 'codigodeseguridad', 'codigodeverificacion'],
  ...[
    'motdepasse',
    'codesecret',
    'cledapi',
    'cleapi',
    'cleprivee',
    'clesecrete',
    'cartedecredit',
    'cartebancaire',
  ],
  ...['numerodecarte', 'jetondacces', 'phrasesecrete', 'codedeverification'],
  ...[
    'passwort',
    'kennwort',
    'losungswort',
    'apischlussel',
    'geheimschlussel',
    'privatenschlussel',
    'privaterschlussel',
  ],
  ...[
    'zugangsschlussel',
    'zugangstoken',
    'zugangsdaten',
    'kreditkarte',
    'kartennummer',
    'prufziffer',
    'geheimzahl',
  ],
  ...[
    'senhade',
    'suasenha',
    'palavrapasse',
    'chavedeapi',
    'chaveprivada',
    'chavesecreta',
    'cartaodecredito',
  ],
  ...[
    'numerodocartao',
    'parolachiave',
    'parolad',
    'chiaveapi',
    'chiaveprivata',
    'chiavesegreta',
    'cartadicredito',
  ],
  ...[
    'wachtwoord',
    'geheimesleutel',
    'creditcardnummer',
    'haslo',
    'kluczapi',
    'sifreniz',
    'parolaniz',
  ],
  ...[
    '密码',
    '密碼',
    '口令',
    '密钥',
    '密鑰',
    '私钥',
    '私鑰',
    '令牌',
    '信用卡',
    '卡号',
    '卡號',
    '助记词',
    '助記詞',
    '验证码',
    '驗證碼',
  ],
  ...[
    'パスワード',
    '暗証番号',
    'apiキー',
    '秘密鍵',
    'クレジットカード',
    'カード番号',
    'アクセストークン',
    '認証コード',
  ],
  ...['비밀번호', '암호', 'api키', '신용카드', '카드번호'],
  ...[
    'пароль',
    'парол',
    'секретныйключ',
    'приватныйключ',
    'ключapi',
    'apiключ',
    'номеркарты',
    'кодподтверждения',
  ],
];
/** Words that are secrets only when they stand alone. */
const ALONE =
  /(?<![a-z0-9])(?:pwd|pin|cvv2?|cvc2?|otp|totp|ssn|pass|secret|senha|clave|token|jwt|credentials?|kodas|parola|sifre|mdp|tan|iban)(?![a-z0-9])/;
/** What a word that can mean something else then means. */
const HARMLESS =
  /(?:(?:max|maximum|min|minimum|number of|count of|input|output|context|completion|prompt)[ _-]{0,3}token|token[ _-]{0,3}(?:count|limit|budget|length|size|usage|s\b))|(?:map|drop|place|location|push|safety|bowling|rolling|lapel|hair)[ _-]{0,3}pin|pin[ _-]{0,3}(?:this|it|to|the|on|down|board|post|message)|(?:boarding|season|day|bus|ski|mountain|first|second|low|high|band|test|code|build|quick|next|single|by|one|multi)[ _-]{0,3}pass|pass(?:es|ed|ing)?[ _-](?:through|on|to|the|this|it|by|or|rate|all|criteria)|secret[ _-]{0,3}(?:santa|sauce|ingredient|garden|agent)|(?:santa|trade)[ _-]{0,3}secret/g;

/** How much of a question is read; more than anybody reads. */
const MOST_TEXT = 100_000;
const MOST_DEPTH = 16;

/** Whether a form asks its reader for what nobody should type into one: a password, a key, a card's number. */
export function asksForSecret(params: JsonObject): boolean {
  const texts: string[] = [];
  collect(params, texts, 0, '');
  return texts.some(namesSecret);
}

/** Everything that a reader of the form may see, and what fields are called; `format: "password"` says it by itself. */
function collect(value: JsonValue, texts: string[], depth: number, key: string): void {
  if (depth > MOST_DEPTH) {
    // Nobody builds a form so deep for a person.
    texts.push('password');
    return;
  }
  if (typeof value === 'string') texts.push(value);
  else if (Array.isArray(value)) for (const item of value) collect(item, texts, depth + 1, key);
  else if (isJsonObject(value)) {
    for (const [name, inner] of Object.entries(value)) {
      if (key === 'properties') texts.push(name.replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2'));
      if (name !== '_meta') collect(inner, texts, depth + 1, name);
    }
  }
}

/** Whether a text names a secret, however it is written. */
export function namesSecret(text: string): boolean {
  const read = text.slice(0, MOST_TEXT);
  // Twice: digits are digits to one reader and letters to another.
  return [plain(read), withoutLeet(plain(read))].some((words) => {
    const rest = words.replaceAll(HARMLESS, ' ');
    if (ALONE.test(rest)) return true;
    const joined = rest.replaceAll(/[^\p{L}\p{N}]/gu, '');
    return RUN_TOGETHER.some((word) => joined.includes(word));
  });
}

/** The letters that a text shows: no accents, no hidden characters, one width, look-alikes as the letter they look like. */
function plain(text: string): string {
  const bare = text.normalize('NFKD').replaceAll(NO_LETTER, '');
  // Put together again: letters of Korean come apart by the same step that takes accents off.
  return bare.toLowerCase().normalize('NFKC');
}

const NO_LETTER =
  /[\u0300-\u036f\p{Cf}\p{Cc}\u034f\u115f\u1160\u3164\uffa0\ufe00-\ufe0f\u{e0100}-\u{e01ef}]/gu;

const LOOK_ALIKES: Record<string, string> = Object.fromEntries(
  [
    ['авеікмнорстухѕјԁԛѡһгпь', 'abeikmhopctyxsjdqwhrnb'],
    ['αβεηικνορτυχγ', 'abenikvoptuxy'],
    ['ɑɡıʟոօսցհ', 'agilnough'],
  ].flatMap(([from = '', to = '']) => [...from].map((char, index) => [char, to[index] ?? char])),
);
const LEET: Record<string, string> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
  '!': 'i',
  '|': 'l',
};

function withoutLeet(text: string): string {
  return [...text].map((char) => LOOK_ALIKES[char] ?? LEET[char] ?? char).join('');
}
