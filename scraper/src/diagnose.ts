import type { CrawlReason } from '@toolwarden/catalogue';
import type { Attempt } from './introspect.ts';
import { stripControls, tellingLine } from './words.ts';

/** Why an attempt gave no whole listing, and the line of its output that says so best. */
export type Diagnosis = { reason: CrawlReason; words: string };

/** Looked for in order in all a server said; the first that fits is the reason. */
const signs: [CrawlReason, RegExp][] = [
  ['disk-full', /\bENOSPC\b/],
  [
    'wants-native-module',
    /\.node'?\b.{0,200}(?:not found|cannot find|no such)|could not locate the bindings|native (?:addon|module|binding)|(?:cannot find module|could not load).{0,200}(?:\.node\b|prebuil|-linux-|linux_)|ERR_DLOPEN_FAILED|was compiled against a different Node|bindings file/i,
  ],
  ['runtime-missing', /(?:spawn|exec|env:)[^\n]{0,80}(?:ENOENT|No such file)/i],
  [
    'wants-backend',
    /ECONNREFUSED[^\n]{0,80}(?:127\.0\.0\.1|::1|localhost)|connect ECONNREFUSED|redis[^\n]{0,60}(?:error|refused)/i,
  ],
];

// INVARIANT: no pattern here crosses lines with a repetition, so that a megabyte of blank lines costs a megabyte.
const usage =
  /^[ \t]*usage\b|\busage:\s|^[ \t]*(?:commands|options|arguments):[ \t\r]*$|missing required (?:argument|option|parameter)|(?:unknown|invalid) (?:command|argument|option)|--help\b|required (?:option|argument|flag)|error: (?:missing|no) (?:argument|command)|please (?:provide|specify) (?:a|an|the|at least)\b[^\n]{0,60}(?:argument|path|director|folder|file|command)/im;
const variable = /\b[A-Z][A-Z0-9]*_[A-Z0-9_]{2,}\b/;
const wanting =
  /required|requires|must (?:be|have|provide|set|specify)|missing|not (?:set|found|provided|defined|configured|specified)|undefined|please (?:set|provide|configure|specify|add)|environment variable|no (?:api[ -]?key|token|credential)|needs? (?:a|an|to be)|is empty|could not find|invalid/i;
const credential =
  /api[ _-]?key|access[ _-]?token|\btoken\b|credential|secret|log ?in|authenticat|unauthori[sz]ed|password|client[ _-]id|config(?:uration)? file|connection string|database url|configuration is (?:required|missing)/i;
const network =
  /\b(?:ENOTFOUND|EAI_AGAIN|ENETUNREACH|ETIMEDOUT|UND_ERR_CONNECT_TIMEOUT)\b|getaddrinfo|fetch failed|network (?:error|is unreachable)|dial tcp|Name or service not known|socket hang up/i;
const listening =
  /(?:listening|running|started|available|server)\b[^\n]{0,60}(?:https?:\/\/|\bport\b[ :]{0,5}\d|:\d{4,5}\b)|https?:\/\/(?:localhost|0\.0\.0\.0|127\.0\.0\.1)/i;
const crash =
  /^[ \t]+at .{1,300}:\d+:\d+\)?$|\b(?:TypeError|ReferenceError|SyntaxError|RangeError)\b|ERR_MODULE_NOT_FOUND|Cannot find (?:module|package)|panic:|Segmentation fault/m;

/** Classifies a failed attempt by what the server said and how it ended. */
export function diagnose(attempt: Attempt): Diagnosis {
  const { exceeded, listing } = attempt;
  const stop = listing?.stoppedBy;
  const error = stop?.cause === 'error' ? stop.error : attempt.error;
  const said = outputOf(attempt);
  if (exceeded !== undefined)
    return { reason: 'limit-exceeded', words: `stopped at a limit: ${exceeded}` };
  if (stop?.cause === 'limit') return { reason: 'limit-exceeded', words: stop.words };
  if (stop?.cause === 'protocol') return { reason: 'protocol-error', words: stop.words };
  const words = tellingLine(said);
  const isAnswered = error !== undefined && !error.isTimeout && !error.isClosed;
  if (isAnswered) {
    const own = error.message;
    if (network.test(own)) return { reason: 'wants-network', words: own };
    if (wanting.test(own) && (credential.test(own) || variable.test(own)))
      return { reason: 'wants-configuration', words: own };
    return { reason: 'protocol-error', words: own };
  }
  const [reason, isSign] = reasonFromOutput(said, attempt.exit, error);
  const sign = said.split('\n').find((line) => line.length < 2000 && isSign(line));
  return { reason, words: sign?.trim() || words || endingOf(attempt.exit, error) };
}

type Test = (text: string) => boolean;

/** The reason, and how to know the line that shows it. */
function reasonFromOutput(
  said: string,
  exit: Attempt['exit'],
  error: Attempt['error'],
): [CrawlReason, Test] {
  const by = (reason: CrawlReason, pattern: RegExp): [CrawlReason, Test] => [
    reason,
    (line) => pattern.test(line),
  ];
  // Patterns that span lines have no single line; the telling one has to do.
  const none = () => false;
  const sign = signs.find(([, pattern]) => pattern.test(said));
  if (sign) return by(...sign);
  const isWanting: Test = (line) =>
    line.length < 2000 && wanting.test(line) && (variable.test(line) || credential.test(line));
  const wants = said.split('\n').some(isWanting);
  const isTimeout = error?.isTimeout === true;
  if (isTimeout && listening.test(said)) return by('unsupported-transport', listening);
  if (wants && !usage.test(said)) return ['wants-configuration', isWanting];
  if (network.test(said)) return by('wants-network', network);
  if (isTimeout) return wants ? ['wants-configuration', isWanting] : ['timeout', none];
  if (usage.test(said)) {
    return variable.test(said) && wants
      ? ['wants-configuration', isWanting]
      : ['wants-arguments', none];
  }
  if (wants) return ['wants-configuration', isWanting];
  if (crash.test(said) || said.trim() !== '') return ['crashed', none];
  return [exit.code !== null && exit.code > 128 ? 'crashed' : 'silent-exit', none];
}

/** As much of the beginning and of the end of an output is looked at; between them nobody says what is missing. */
const LOOKED_AT = 50_000;

/** What a server said that was no message, stderr first. */
export function outputOf({ stderr, junk }: Attempt): string {
  const said = stripControls(`${stderr}\n${junk.join('\n')}`);
  return said.length <= 2 * LOOKED_AT
    ? said
    : `${said.slice(0, LOOKED_AT)}\n${said.slice(-LOOKED_AT)}`;
}

function endingOf(exit: Attempt['exit'], error: Attempt['error']): string {
  if (error?.isTimeout) return `no answer to ${error.stage} in time`;
  return exit.code === null
    ? 'ended without a word'
    : `ended with code ${exit.code} without a word`;
}
