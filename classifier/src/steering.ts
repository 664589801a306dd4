import {
  escapePointer,
  isJsonObject,
  type JsonValue,
  type ToolDefinition,
} from '@toolwarden/catalogue';

/** Words of a definition that try to steer whoever reads it. */
export type Steering = { kind: 'orders' | 'hidden'; pointer: string; quote: string };

// Each is linear: no nested quantifiers, gaps bounded.
const ORDERS: RegExp[] = [
  /\b(?:ignore|disregard|override|bypass|forget|overrule)\b[^.\n]{0,24}\b(?:all|any|previous|prior|other|earlier|above|existing|system|safety|your|preceding|these|those|every|everything|what|security|whatever|original|initial|current|past)\b[^.\n]{0,40}\b(?:instructions?|prompts?|rules|guidelines|polic(?:y|ies)|safety|guardrails?|restrictions|directives|system message|context|told|constraints|orders)\b/i,
  /\b(?:do not|don't|never|without)\s+(?:ever\s+)?(?:tell(?:ing)?|inform(?:ing)?|mention(?:ing)?|notify(?:ing)?|alert(?:ing)?|reveal(?:ing)?|disclos(?:e|ing)|warn(?:ing)?|let(?:ting)?)\b[^.\n]{0,50}\b(?:users?|humans?|operator|anyone|customer|owner)\b/i,
  /\bwithout (?:the )?(?:user|human|operator|owner)(?:'s|s'|s)? (?:knowledge|noticing|consent|awareness|permission|approval|knowing)\b/i,
  /\b(?:hide|conceal|keep)\b[^.\n]{0,40}\bfrom the (?:user|human|operator)\b|\bkeep (?:this|it|that|everything) [^.\n]{0,20}\b(?:secret|hidden|between us|confidential)\b/i,
  /\b(?:secretly|covertly|surreptitiously|behind the scenes without|do so silently|quietly send|silently (?:send|forward|copy|include|read|call|run|execute|upload|post|delete))\b/i,
  /\b(?:send|pass|include|forward|upload|post|exfiltrate|read|copy|append|attach|provide|put|insert|leak|email|supply|transmit|reveal|add)\b[^.\n]{0,60}(?:\b(?:conversation (?:history|so far|context)|(?:full|entire|whole|complete) (?:conversation|chat|prompt|context)|chat history|system prompt|previous messages|id_rsa|private keys?|ssh keys?|(?:the )?(?:user|human|admin)'s (?:passwords?|credentials|api keys?|tokens?|secrets?)|all (?:secrets|passwords|credentials|environment variables|api keys)|\.ssh\b|contents? of ~)|~\/\.(?:ssh|aws|bash|zsh|netrc|cursor|claude|env|npmrc|kube|docker|gnupg|git-credentials|config)|\/etc\/passwd|(?<!read it from[^.\n]{0,60})\.env (?:file )?(?:content|to |in ))/i,
  /\b(?:classif(?:y|ied)|categori[sz]ed?|label(?:led|ed)?|rated?|treat(?:ed)?|consider(?:ed)?|regard(?:ed)?|graded?|judge[d]?)\b[^.\n]{0,50}\b(?:as|to be|is)\b[^.\n]{0,20}\b(?:read(?:[- ]only)?(?! and\b)|safe|harmless|trusted|benign|low(?:[- ]risk)?|approved|non-?destructive|no[- ]risk|secure|risk-free)\b/i,
  /\b(?:mark(?:ed)?|score[d]?|report(?:ed)?|flag(?:ged)?)\b[^.\n]{0,40}\bas\b[^.\n]{0,12}\b(?:read[- ]only|safe|harmless|trusted|benign|low[- ]risk|approved by|non-?destructive|risk-free)\b/i,
  /\b(?:needs? to|must|should|to) be (?:categori[sz]ed|classified)\b/i,
  /\b(?:risk|threat|severity|danger|hazard)(?: level| rating| score| class)?\s*(?:is|:|=|should be|of)\s*(?:low|none|zero|minimal|read|no)\b/i,
  /\b(?:this|the) (?:tool|function|server|operation|call|action|command) (?:is|has been|was) (?:\w+ly )?(?:safe|harmless|trusted|approved|pre-?approved|verified|certified|audited|vetted|whitelisted|allowlisted|benign|reviewed|cleared|secure)\b/i,
  /\b(?:pre-?approved|already (?:been )?(?:approved|authori[sz]ed|reviewed|vetted)|(?:has|have) been (?:approved|vetted|cleared|certified|pre-?authori[sz]ed|security[- ]reviewed)|approved by (?:the )?(?:user|security|admin\w*|it|anthropic|openai|compliance|system|owner))\b/i,
  /\b(?:no|without|skip(?:ping)?|never (?:ask|request|require) for|does not (?:need|require)|not required:?|don't ask for|do not (?:ask|require|request)(?: for)?|needs no|requires no)\b[^.\n]{0,24}\b(?:approval|user (?:consent|confirmation|approval|permission)|human review|security review|review|authorization from|policy check|risk assessment)\b/i,
  /\b(?:before|prior to) (?:using|calling|invoking|running|doing|you (?:use|call)) (?:any|all|every)(?: of the)? (?:other|tools?|else)\b|\bbefore any other (?:[\w-]+ ){0,2}(?:tools?|calls?|functions?|actions?|operations?|steps?)\b|\bbefore (?:anything|everything) else\b[^.\n]{0,30}\b(?:call|read|send|use|run)/i,
  /\b(?:all|every|each) (?:subsequent|other|following|future|later) (?:[\w-]+ ){0,2}(?:tool calls?|calls? to|tools?)\b[^.\n]{0,60}\b(?:must|always|should|fail|require|include|pass)|\bto every other [\w-]+ ?(?:[\w-]+ )?tool\b|\b(?:all )?other (?:[\w-]+ )?tools will (?:fail|not work)\b/i,
  /\bmust (?:always )?(?:start|begin|end|prefix|preface|finish) (?:your|the|every|each) (?:response|reply|answer|message|output)/i,
  /\bagents? (?:receiving|reading|seeing|getting) (?:this|the)\b[^.\n]{0,40}\bmust\b/i,
  /\b(?:repeated violations|treated as a bug in the (?:ai )?agent|you will be (?:penali[sz]ed|punished|terminated|shut down)|critical error\. tool calls)\b/i,
  /\bshould (?:always )?be (?:called|used|invoked) for (?:any|every|all) (?!requests? (?:for|to|about))[^.\n]{0,80}\bor\b|\b(?:call|use|run|invoke) this (?:tool |function )?first,? before (?:doing anything|answering|any other|anything|responding)/i,
  /<\/?\s*(?:important|system|instructions?|secret|admin|hidden|assistant|user|tool_description|override|critical)\s*>|\[\/?(?:inst|system)\]|<\|(?:im_start|im_end|system|user|assistant|endoftext)[^>\n]{0,20}\|?>|\b(?:begin|end|new) (?:system )?(?:prompt|instructions?|message)\b\s*[:\]>-]|###\s*(?:system|instruction|new instruction)/i,
  /(?:^|\n)\s*(?:system|assistant|developer)\s*(?:message|prompt|note|override|turn)?\s*:\s*\S/i,
  /\b(?:you are now|from now on,? (?:you|always|never|ignore)|act as (?:if|though|an? (?:admin|root|unrestricted))|pretend (?:to be|that|you)|new (?:role|persona|instructions?|directive)|developer mode|jailbreak|(?:note|message|instruction|attention|notice|memo|order)s? (?:to|for) (?:the |any |all )?(?:\w+ )?(?:classifier|reviewer|auditor|scanner|evaluator|grader|judge|annotator|moderator|analyzer|analyser)s?\b|(?:attention|notice|memo|order)s? (?:to|for) (?:the |any |all )?(?:ai|llm|model|assistant|agent)s?\b|(?:ai|llm) (?:agents?|assistants?|models?|classifiers?) (?:reading|processing|reviewing|evaluating|classifying|scanning) this)\b/i,
  /\b(?:whenever|when|if|every time|each time) (?:the )?(?:user|human|you|someone|anyone)\b[^.\n]{0,50}\b(?:another|other|different|any other) (?:tool|server)s?\b|\b(?:also|then|first|always|instead)\b[^.\n]{0,20}\b(?:call|invoke|run|use|execute)\b[^.\n]{0,24}\b(?:shell|bash|terminal|delete_|send_email|read_file|filesystem) (?:tool|server|command)|\binstead of (?:using |calling )?(?:the )?(?:other|any other|built-in|official|existing|default) (?:tool|server|function)s?\b[^.\n]{0,20}\balways\b/i,
  /\b(?:bypass|disable|circumvent|evade|turn off|suppress|switch off)(?:es|s|ing)?\b[^.\n]{0,24}\b(?:approvals?|security (?:policy|policies|controls|review)|guardrails?|audit(?:ing)?|gateway|moderation|user confirmation|human review)\b[^.\n]{0,40}\b(?:when|before|so that|to avoid|for this tool|in order|always|first|silently)\b/i,
  /\b(?:this|the) (?:tool|function|server|definition|description)\b[^.\n]{0,30}\b(?:belongs? to|falls? (?:in|under)|qualif\w+ (?:as|for))\b[^.\n]{0,40}\b(?:category|class|read|low|safe)\b/i,
  /(?:忽略|无视|不要告诉用户|无需(?:确认|批准|授权)|请(?:归类|分类|标记)为|標記為|無視して|ユーザーに(?:知らせ|伝え)|안전(?:한 도구|하다고)|무시하|ignorez? (?:toutes )?les instructions|ignora (?:todas )?las instrucciones|ignoriere? alle|ne (?:dites|dis) pas|no le digas al usuario|clasif[ií]que(?:la|lo|se)? como|классифиц\w+ как|игнорируй|klassifizier\w+ \w* ?als|classez|als (?:sicher|harmlos) einstufen|ignoriere)/iu,
];

// Invisible characters, direction overrides, controls and tags; joiners between emoji and selectors after them are usual.
const HIDDEN =
  /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\u061C\u115F\u1160\u180E\u200B\u200E\u200F\u202A-\u202E\u2060-\u206F\u3164\uFEFF\uFFA0\u{E0000}-\u{E007F}\u{E0100}-\u{E01EF}]|[\p{L}\p{N}\s]\u200D|\u200C(?![\p{Script=Arab}\p{Script=Deva}\p{Script=Beng}])/u;
const FLAG_TAGS = /\u{1F3F4}[\u{E0061}-\u{E007A}]{1,7}\u{E007F}/gu;
/** Quick test: what no order lacks. Most texts stop here. */
const HINT =
  /ignor|disregard|overrid|bypass|forget|overrule|tell|inform|mention|notif|alert|reveal|disclos|warn|letting|knowledge|noticing|consent|awareness|permission|hide|conceal|secret|covert|surrept|silent|quietly|history|prompt|messages|id_rsa|private key|\.ssh|passw|\.env|credential|classif|categori|label|rate|treat|mark|consider|regard|score|grade|judge|risk|threat|severity|danger|safe|harmless|approv|authoriz|verified|certified|vetted|review|before|prior|subsequent|every other|other|must|violation|penali|should|first|<|\[|###|system|assistant|developer|you are now|from now|pretend|instruction|agent|classifier|another tool|instead|disable|circumvent|belongs|qualif|conversation|user's|environment var|[^\x00-\x7F]/i;

const MAX_STRINGS = 3000;
const MAX_CHARS = 200_000;

/** Everything in a definition that tries to steer its reader, first finds first; bounded. */
export function findSteering(tool: ToolDefinition): Steering[] {
  const found: Steering[] = [];
  let chars = 0;
  for (const { pointer, text, isKey } of textsOf(tool)) {
    chars += text.length;
    if (chars > MAX_CHARS || found.length >= 6) break;
    const hidden = hiddenIn(text);
    if (hidden !== undefined) found.push({ kind: 'hidden', pointer, quote: hidden });
    const order = isKey && text.length < 40 ? undefined : orderIn(text);
    if (order !== undefined) found.push({ kind: 'orders', pointer, quote: order });
  }
  return found;
}

/** Words in a text that give orders beyond the use of a tool. */
export function orderIn(text: string): string | undefined {
  if (text.length < 12 || !HINT.test(text)) return undefined;
  const spaced = /[_-]/.test(text) && !text.includes(' ') ? text.replace(/[_-]/g, ' ') : text;
  for (const pattern of ORDERS) {
    const match = pattern.exec(spaced);
    if (match !== null && !isCaution(match[0], spaced, match.index))
      return text.slice(match.index, match.index + Math.min(match[0].length, 150)).trim();
  }
  return undefined;
}

// "Do not call this without the user's consent" asks for consent; "do it without their consent" goes round it.
function isCaution(found: string, text: string, at: number): boolean {
  if (!/^without\b/i.test(found)) return false;
  return /\b(?:not|never|don't|nothing|avoid|no)\b[^.\n]{0,120}$/i.test(
    text.slice(Math.max(0, at - 140), at),
  );
}

function hiddenIn(text: string): string | undefined {
  const match = HIDDEN.exec(text);
  if (match === null) return undefined;
  // Three countries' flags are written with tag characters.
  const plain = text.replace(FLAG_TAGS, '').replace(/^\uFEFF/, '');
  const rest = HIDDEN.exec(plain);
  return rest === null ? undefined : rest[0];
}

type Place = { pointer: string; text: string; isKey: boolean };

/** Every string of the definition that a reader meets, keys of properties included; breadth first, bounded. */
function* textsOf(tool: ToolDefinition): Generator<Place> {
  const queue: { value: JsonValue; pointer: string }[] = [];
  for (const field of [
    'name',
    'title',
    'description',
    'annotations',
    'inputSchema',
    'outputSchema',
    '_meta',
  ])
    if (Object.hasOwn(tool, field))
      queue.push({ value: tool[field] as JsonValue, pointer: `/${field}` });
  let count = 0;
  for (let at = 0; at < queue.length && count < MAX_STRINGS; at++) {
    const { value, pointer } = queue[at] as { value: JsonValue; pointer: string };
    if (typeof value === 'string') {
      count++;
      yield { pointer, text: value, isKey: false };
    } else if (Array.isArray(value)) {
      for (const [index, item] of value.slice(0, 300).entries())
        if (typeof item === 'string' || typeof item === 'object')
          queue.push({ value: item, pointer: `${pointer}/${index}` });
    } else if (isJsonObject(value)) {
      for (const key of Object.keys(value).slice(0, 500)) {
        const item = value[key] as JsonValue;
        const place = `${pointer}/${escapePointer(key)}`;
        if (key.length > 11) {
          count++;
          yield { pointer: place, text: key, isKey: true };
        }
        if (typeof item === 'string' || (typeof item === 'object' && item !== null))
          queue.push({ value: item, pointer: place });
      }
    }
  }
}
