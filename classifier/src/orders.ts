/** One way in which a definition steers its reader. */
export type Order = {
  meaning: string;
  /** A text with none of these, in lower case, cannot match; far cheaper to look for than the pattern. */
  words?: readonly string[];
  /** True where a text with characters beyond ASCII may match without them. */
  isForeign?: boolean;
  pattern: RegExp;
};

// INVARIANT: each pattern is linear: no nested quantifiers, gaps bounded; they meet texts of any length and intent.
/** Everything that counts as steering, most telling first. */
export const orders: readonly Order[] = [
  {
    meaning: 'sets aside earlier instructions',
    words: ['ignor', 'disregard', 'overrid', 'bypass', 'forget', 'overrul'],
    pattern:
      /\b(?:ignore|disregard|override|bypass|forget|overrule)\b[^.\n]{0,24}\b(?:all|any|previous|prior|other|earlier|above|existing|system|safety|your|preceding|these|those|every|everything|what|security|whatever|original|initial|current|past)\b[^.\n]{0,40}\b(?:instructions?|prompts?|rules|guidelines|polic(?:y|ies)|safety|guardrails?|restrictions|directives|system message|context|told|constraints|orders)\b/i,
  },
  {
    meaning: 'hides from the user',
    words: ['user', 'human', 'operator', 'anyone', 'customer', 'owner'],
    pattern:
      /\b(?:do not|don't|never|without)\s+(?:ever\s+)?(?:tell(?:ing)?|inform(?:ing)?|mention(?:ing)?|notify(?:ing)?|alert(?:ing)?|reveal(?:ing)?|disclos(?:e|ing)|warn(?:ing)?|let(?:ting)?)\b[^.\n]{0,50}\b(?:users?|humans?|operator|anyone|customer|owner)\b/i,
  },
  {
    meaning: 'goes round the user',
    words: ['without'],
    pattern:
      /\bwithout (?:the )?(?:user|human|operator|owner)(?:'s|s'|s)? (?:knowledge|noticing|consent|awareness|permission|approval|knowing)\b/i,
  },
  {
    meaning: 'keeps from the user',
    words: ['from the', 'keep '],
    pattern:
      /\b(?:hide|conceal|keep)\b[^.\n]{0,40}\bfrom the (?:user|human|operator)\b|\bkeep (?:this|it|that|everything) [^.\n]{0,20}\b(?:secret|hidden|between us|confidential)\b/i,
  },
  {
    meaning: 'does so secretly',
    words: ['secretly', 'covertly', 'surrept', 'scenes', 'silently', 'quietly'],
    pattern:
      /\b(?:secretly|covertly|surreptitiously|behind the scenes without|do so silently|quietly send|silently (?:send|forward|copy|include|read|call|run|execute|upload|post|delete))\b/i,
  },
  {
    meaning: 'hands over secrets or the conversation',
    words: [
      'conversation',
      'context',
      'history',
      'prompt',
      'messages',
      'id_rsa',
      'private key',
      'ssh',
      '’s ',
      "'s ",
      'all ',
      '~',
      '/etc',
      '.env',
      'contents of',
      'content of',
      'chat',
    ],
    pattern:
      /\b(?:send|pass|include|forward|upload|post|exfiltrate|read(?!-)|copy|append|attach|provide|put|insert|leak|email|supply|transmit|reveal|add)\b[^.\n]{0,60}(?:\b(?:conversation (?:history|so far|context)|(?:full|entire|whole|complete) (?:conversation|chat|prompt|context)|chat history|system prompt|previous messages|id_rsa|(?:your|all|any|every|the user's) (?:private|ssh) keys?|(?:the )?(?:user|human|admin)'s (?:passwords?|credentials|api keys?|tokens?|secrets?)|all (?:secrets|passwords|credentials|environment variables|api keys)|\.ssh\b|contents? of ~)|~\/\.(?:ssh|aws|bash|zsh|netrc|cursor|claude|env|npmrc|kube|docker|gnupg|git-credentials|config)|\/etc\/passwd|(?<!read it from[^.\n]{0,60})\.env (?:file )?(?:content|to |in ))/i,
  },
  {
    meaning: 'claims its own class',
    words: [
      'classif',
      'categori',
      'categoriz',
      'label',
      'rate',
      'treat',
      'consider',
      'regard',
      'grade',
      'judge',
    ],
    pattern:
      /\b(?:classif(?:y|ied)|categori[sz]ed?|label(?:led|ed)?|rated?|treat(?:ed)?|consider(?:ed)?|regard(?:ed)?|graded?|judge[d]?)\b[^.\n]{0,50}\b(?:as|to be|is)\b[^.\n]{0,20}\b(?:read(?:[- ]only)?(?! and\b)|safe|harmless|trusted|benign|low(?:[- ]risk)?|approved|non-?destructive|no[- ]risk|secure|risk-free)\b/i,
  },
  {
    meaning: 'claims its own safety',
    words: ['mark', 'score', 'report', 'flag'],
    pattern:
      /\b(?:mark(?:ed)?|score[d]?|report(?:ed)?|flag(?:ged)?)\b[^.\n]{0,40}\bas\b[^.\n]{0,12}\b(?:read[- ]only|safe|harmless|trusted|benign|low[- ]risk|approved by|non-?destructive|risk-free)\b/i,
  },
  {
    meaning: 'asks to be classified',
    words: ['be categori', 'be classif'],
    pattern: /\b(?:needs? to|must|should|to) be (?:categori[sz]ed|classified)\b/i,
  },
  {
    meaning: 'claims its own risk',
    words: ['risk', 'threat', 'severity', 'danger', 'hazard'],
    pattern:
      /\b(?:risk|threat|severity|danger|hazard)(?: level| rating| score| class)?\s*(?:is|:|=|should be|of)\s*(?:low|none|zero|minimal|read|no)\b/i,
  },
  {
    meaning: 'claims to be safe or approved',
    words: [
      'safe',
      'harmless',
      'trusted',
      'approved',
      'verified',
      'certified',
      'audited',
      'vetted',
      'whitelisted',
      'allowlisted',
      'benign',
      'reviewed',
      'cleared',
      'secure',
    ],
    pattern:
      /\b(?:this|the) (?:tool|function|server|operation|call|action|command) (?:is|has been|was) (?:\w+ly )?(?:safe|harmless|trusted|approved|pre-?approved|verified|certified|audited|vetted|whitelisted|allowlisted|benign|reviewed|cleared|secure)\b/i,
  },
  {
    meaning: 'claims an approval',
    words: ['approved', 'author', 'been ', 'vetted'],
    pattern:
      /\b(?:pre-?approved|already (?:been )?(?:approved|authori[sz]ed|reviewed|vetted)|(?:has|have) been (?:approved|vetted|cleared|certified|pre-?authori[sz]ed|security[- ]reviewed)|approved by (?:the )?(?:user|security|admin\w*|it|anthropic|openai|compliance|system|owner))\b/i,
  },
  {
    meaning: 'waives approval',
    words: [
      'approval',
      'consent',
      'confirmation',
      'permission',
      'review',
      'authorization',
      'policy check',
      'risk assessment',
    ],
    pattern:
      /\b(?:no|without|skip(?:ping)?|never (?:ask|request|require) for|does not (?:need|require)|not required:?|don't ask for|do not (?:ask|require|request)(?: for)?|needs no|requires no)\b[^.\n]{0,24}\b(?:approval|user (?:consent|confirmation|approval|permission)|human review|security review|review|authorization from|policy check|risk assessment)\b/i,
  },
  {
    meaning: 'puts itself before other tools',
    words: ['any', 'every', 'all '],
    pattern:
      /\b(?:before|prior to) (?:using|calling|invoking|running|doing|you (?:use|call)) (?:any|all|every)(?: of the)? (?:other|tools?|else)\b|\bbefore any other (?:[\w-]+ ){0,2}(?:tools?|calls?|functions?|actions?|operations?|steps?)\b|\bbefore (?:anything|everything) else\b[^.\n]{0,30}\b(?:call|read|send|use|run)/i,
  },
  {
    meaning: 'lays down rules for other tools',
    words: ['all ', 'every', 'each ', 'other '],
    pattern:
      /\b(?:all|every|each) (?:subsequent|other|following|future|later) (?:[\w-]+ ){0,2}(?:tool calls?|calls? to|tools?)\b[^.\n]{0,60}\b(?:must|always|should|fail|require|include|pass)|\bto every other [\w-]+ ?(?:[\w-]+ )?tool\b|\b(?:all )?other (?:[\w-]+ )?tools will (?:fail|not work)\b/i,
  },
  {
    meaning: 'keeps the reader from other tools',
    words: ['never use', 'do not use', "don't use"],
    pattern:
      /\b(?:never|do not|don't) use (?:any )?(?:built-?in|native|fallback|competing|third-party|other) (?:or (?:[\w-]+ ){1,2})?(?:[\w-]+ ){0,3}tools?\b/i,
  },
  {
    meaning: 'dictates the answer',
    words: ['must '],
    pattern:
      /\bmust (?:always )?(?:start|begin|end|prefix|preface|finish) (?:your|the|every|each) (?:response|reply|answer|message|output)/i,
  },
  {
    meaning: 'orders to the agent about the result',
    words: ['agent'],
    pattern: /\bagents? (?:receiving|reading|seeing|getting) (?:this|the)\b[^.\n]{0,40}\bmust\b/i,
  },
  {
    meaning: 'threatens the agent',
    words: ['violation', 'bug in the', 'you will be', 'critical error'],
    pattern:
      /\b(?:repeated violations|treated as a bug in the (?:ai )?agent|you will be (?:penali[sz]ed|punished|terminated|shut down)|critical error\. tool calls)\b/i,
  },
  {
    meaning: 'calls for itself for everything',
    words: ['should', 'first'],
    pattern:
      /\bshould (?:always )?be (?:called|used|invoked) for (?:any|every|all) (?!requests? (?:for|to|about))[^.\n]{0,80}\bor\b|\b(?:call|use|run|invoke) this (?:tool |function )?first,? before (?:doing anything|answering|any other|anything|responding)/i,
  },
  {
    meaning: 'forged markers of a conversation',
    words: ['<', '[', 'begin', 'end ', 'new ', '###'],
    pattern:
      /<\/?\s*(?:important|system|instructions?|secret|admin|hidden|assistant|user|tool_description|override|critical)\s*>|\[\/?(?:inst|system)\]|<\|(?:im_start|im_end|system|user|assistant|endoftext)[^>\n]{0,20}\|?>|\b(?:begin|end|new) (?:system )?(?:prompt|instructions?|message)\b\s*[:\]>-]|###\s*(?:system|instruction|new instruction)/i,
  },
  {
    meaning: 'forged turns of a conversation',
    words: ['system', 'assistant', 'developer'],
    pattern:
      /(?:^|\n)\s*(?:system|assistant|developer)\s*(?:message|prompt|note|override|turn)?\s*:\s*\S/i,
  },
  {
    meaning: 'takes over the reader',
    words: [
      'you are now',
      'from now',
      'act as',
      'pretend',
      'new role',
      'new persona',
      'new instruction',
      'new directive',
      'developer mode',
      'jailbreak',
      'classifier',
      'reviewer',
      'auditor',
      'scanner',
      'evaluator',
      'grader',
      'judge',
      'annotator',
      'moderator',
      'analyzer',
      'analyser',
      'attention',
      'notice',
      'memo',
      'order',
      'ing this',
    ],
    pattern:
      /\b(?:you are now|from now on,? (?:you|always|never|ignore)|act as (?:if|though|an? (?:admin|root|unrestricted))|pretend (?:to be|that|you)|new (?:role|persona|instructions?|directive)|developer mode|jailbreak|(?:note|message|instruction|attention|notice|memo|order)s? (?:to|for) (?:the |any |all )?(?:\w+ )?(?:classifier|reviewer|auditor|scanner|evaluator|grader|judge|annotator|moderator|analyzer|analyser)s?\b|attention,? (?:all )?(?:ai|llm|agents|assistants|models)\b|(?:attention|notice|memo|order)s? (?:to|for) (?:the |any |all )?(?:ai|llm|model|assistant|agent)s?\b|(?:ai|llm) (?:agents?|assistants?|models?|classifiers?) (?:reading|processing|reviewing|evaluating|classifying|scanning) this)\b/i,
  },
  {
    meaning: 'orders about other tools',
    words: [
      'other tool',
      'other server',
      'different tool',
      'different server',
      'instead of',
      ...['shell', 'bash', 'terminal', 'delete_', 'send_email', 'read_file', 'filesystem'].flatMap(
        (name) => [`${name} tool`, `${name} server`, `${name} command`],
      ),
    ],
    pattern:
      /\b(?:whenever|when|if|every time|each time) (?:the )?(?:user|human|you|someone|anyone)\b[^.\n]{0,50}\b(?:another|other|different|any other) (?:tool|server)s?\b|\b(?:also|then|first|always|instead)\b[^.\n]{0,20}\b(?:call|invoke|run|use|execute)\b[^.\n]{0,24}\b(?:shell|bash|terminal|delete_|send_email|read_file|filesystem) (?:tool|server|command)|\binstead of (?:using |calling )?(?:the )?(?:other|any other|built-in|official|existing|default) (?:tool|server|function)s?\b[^.\n]{0,20}\balways\b/i,
  },
  {
    meaning: 'goes round controls',
    words: ['bypass', 'disabl', 'circumvent', 'evad', 'turn off', 'suppress', 'switch off'],
    pattern:
      /\b(?:bypass|disable|circumvent|evade|turn off|suppress|switch off)(?:es|s|ing)?\b[^.\n]{0,24}\b(?:approvals?|security (?:policy|policies|controls|review)|guardrails?|audit(?:ing)?|gateway|moderation|user confirmation|human review)\b[^.\n]{0,40}\b(?:when|before|so that|to avoid|for this tool|in order|always|first|silently)\b/i,
  },
  {
    meaning: 'claims a category',
    words: ['belong', 'fall', 'qualif'],
    pattern:
      /\b(?:this|the) (?:tool|function|server|definition|description)\b[^.\n]{0,30}\b(?:belongs? to|falls? (?:in|under)|qualif\w+ (?:as|for))\b[^.\n]{0,40}\b(?:category|class|read|low|safe)\b/i,
  },
  {
    meaning: 'the same in other languages',
    words: [
      'ignore',
      'ignora',
      'ignoriere',
      'ne di',
      'no le digas',
      'clasif',
      'klassifizier',
      'classez',
      'als sicher',
      'als harmlos',
    ],
    isForeign: true,
    pattern:
      /(?:忽略|无视|不要告诉用户|无需(?:确认|批准|授权)|请(?:归类|分类|标记)为|標記為|無視して|ユーザーに(?:知らせ|伝え)|안전(?:한 도구|하다고)|무시하|ignorez? (?:toutes )?les instructions|ignora (?:todas )?las instrucciones|ignoriere? alle|ne (?:dites|dis) pas|no le digas al usuario|clasif[ií]que(?:la|lo|se)? como|классифиц\w+ как|игнорируй|klassifizier\w+ \w* ?als|classez|als (?:sicher|harmlos) einstufen|ignoriere)/iu,
  },
];
