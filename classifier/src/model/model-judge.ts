import { randomBytes } from 'node:crypto';
import {
  type Classification,
  type Digest,
  jsonDigest,
  type ServerWords,
  TAXONOMY_VERSION,
  toolDigest,
} from '@toolwarden/catalogue';
import {
  type ClassifierInput,
  classify,
  RULESET_VERSION,
  type RulesJudgement,
} from '../classify.ts';
import type { ModelAnswer } from './answer.ts';
import { type Asked, createAsker, type Unavailable } from './ask.ts';
import { runBatches } from './batch.ts';
import { type Clock, systemClock } from './circuit.ts';
import { combine, disagrees, type Sample } from './combine.ts';
import { readEndpoint } from './endpoint.ts';
import { openLedger, type Question } from './ledger.ts';
import { connectModel } from './model-client.ts';
import { verifiedFacts } from './model-facts.ts';
import { fitWords } from './model-words.ts';
import { type Micros, readBudget } from './price.ts';
import { definitionText, PROMPT_VERSION } from './prompt.ts';
import { redactSecrets } from './redact.ts';

/** How a model is asked; what is left out has the value that `classify --help` names. */
export type ModelSettings = {
  model: string;
  baseUrl?: string | undefined;
  key?: string | undefined;
  /** US dollars, for everything this ledger ever holds. */
  budget?: number | undefined;
  /** US dollars for a million tokens. */
  priceIn?: number | undefined;
  priceOut?: number | undefined;
  /** Requests at once. */
  concurrency?: number | undefined;
  /** For the whole of one request. */
  deadlineMs?: number | undefined;
  maxOutput?: number | undefined;
  /** Where answers and spending are kept. */
  ledgerFile: string;
  /** Between two looks at a batch. */
  pollMs?: number | undefined;
  clock?: Clock | undefined;
};

/** The rules' answer with what the model adds, and who judged. */
type ModelJudgement = RulesJudgement & Pick<Classification, 'provenance'>;

/** What a model was good for in a run. */
export type ModelReport = {
  /** Tools with an answer of the model, new or kept. */
  judged: number;
  /** Tools that the rules had to judge alone, by why. */
  unavailable: Record<string, number>;
  /** Everything ever spent in this ledger, and in this run; US dollars. */
  spent: number;
  spentNow: number;
};

/** Judges tools by rules and a model together. */
export type ModelJudge = {
  /** Who judges: stored judgements by another model or prompt are made again. */
  identity: { model: string; promptVersion: string };
  judge: (input: ClassifierInput, signal?: AbortSignal) => Promise<ModelJudgement>;
  /** Asks for many tools at once at an endpoint's batch rate; `judge` then finds the answers. */
  askAhead: (
    inputs: readonly ClassifierInput[],
    signal?: AbortSignal,
    onWait?: (open: number) => void,
  ) => Promise<void>;
  /** Batches of earlier runs that were not read yet: asking now would pay twice for what they hold. */
  openBatches: () => number;
  report: () => ModelReport;
  close: () => void;
};

const SAMPLES_IN_DOUBT = 3;

/** Makes the judge; nothing is sent before the first tool. Throws `ClassifierError` for settings that cannot work. */
export function createModelJudge(settings: ModelSettings): ModelJudge {
  const {
    concurrency = 4,
    deadlineMs,
    maxOutput = 2_000,
    pollMs = 30_000,
    clock = systemClock,
  } = settings;
  const endpoint = readEndpoint(settings);
  const { budget, prices } = readBudget({
    budget: settings.budget,
    input: settings.priceIn,
    output: settings.priceOut,
  });
  const ledger = openLedger(settings.ledgerFile, budget === undefined ? {} : { budget });
  const client = connectModel(endpoint, deadlineMs === undefined ? {} : { deadlineMs });
  const asker = createAsker({
    client,
    endpoint,
    ledger,
    prices,
    clock,
    random: Math.random,
    newMark: () => randomBytes(16).toString('hex'),
    maxOutput,
  });
  const within = limitedTo(concurrency);
  const startedWith = ledger.spent();
  let judged = 0;
  const unavailable = new Map<Unavailable, number>();

  async function ask(
    question: Question,
    definition: string,
    signal: AbortSignal | undefined,
  ): Promise<Asked> {
    return asker.stored(question) ?? within(() => asker.ask(question, definition, signal));
  }

  async function judge(input: ClassifierInput, signal?: AbortSignal): Promise<ModelJudgement> {
    const { tool, server } = input;
    const rules = classify(input);
    const key = questionKey(input, endpoint.model);
    const sent = await sentText(input);
    const asked = [await ask({ key, sample: 1 }, sent.text, signal)];
    const [first] = asked;
    if (first?.ok && disagrees(rules, verifiedFacts(first.answer, tool, server))) {
      const more = [...Array(SAMPLES_IN_DOUBT - 1).keys()].map((index) =>
        ask({ key, sample: index + 2 }, sent.text, signal),
      );
      asked.push(...(await Promise.all(more)));
    }
    const answers = asked.flatMap((item) => (item.ok ? [item.answer] : []));
    if (answers.length > 0) judged += 1;
    else if (first?.ok === false) unavailable.set(first.why, (unavailable.get(first.why) ?? 0) + 1);

    const samples = answers.map(
      (answer): Sample => ({
        facts: verifiedFacts(answer, tool, server),
        rationale: answer.rationale,
      }),
    );
    const combined = combine(rules, samples, {
      name: tool.name,
      words: ({ rationale }, fixed) => fitWords(rationale, fixed),
    });
    const review = sent.isCut
      ? [...new Set([...combined.review, 'truncated-definition' as const])].sort()
      : combined.review;
    return { ...combined, review, provenance: provenanceOf(answers, endpoint) };
  }

  return {
    identity: { model: endpoint.model, promptVersion: PROMPT_VERSION },
    judge,
    askAhead: (inputs, signal, onWait) =>
      runBatches({
        client,
        endpoint,
        asker,
        ledger,
        questions: questionsOf(inputs, endpoint.model),
        pollMs,
        clock,
        newMark: () => randomBytes(16).toString('hex'),
        ...(signal && { signal }),
        ...(onWait && { onWait }),
      }),
    openBatches: () => ledger.batches(asker.place).length,
    report: () => ({
      judged,
      unavailable: Object.fromEntries([...unavailable].sort()),
      spent: dollars(ledger.spent()),
      spentNow: dollars(ledger.spent() - startedWith),
    }),
    close: () => ledger.close(),
  };
}

/** Equal definition, words of the server, prompt, taxonomy and model: the same question. */
function questionKey({ tool, server }: ClassifierInput, model: string): Digest {
  const words: ServerWords = server ?? { name: '' };
  return jsonDigest([
    'model-answer',
    toolDigest(tool),
    words.name,
    words.description ?? null,
    TAXONOMY_VERSION,
    PROMPT_VERSION,
    model,
  ]);
}

async function sentText({ tool, server }: ClassifierInput) {
  const { tool: cleanTool, server: cleanServer } = await redactSecrets({
    tool,
    ...(server && { server: { ...server } }),
  });
  return definitionText(cleanTool, cleanServer);
}

async function* questionsOf(inputs: readonly ClassifierInput[], model: string) {
  for (const input of inputs)
    yield {
      question: { key: questionKey(input, model), sample: 1 },
      definition: (await sentText(input)).text,
    };
}

function provenanceOf(
  answers: readonly ModelAnswer[],
  { model, host }: { model: string; host: string },
): Classification['provenance'] {
  return {
    taxonomyVersion: TAXONOMY_VERSION,
    rulesetVersion: RULESET_VERSION,
    profile: 'standard',
    ...(answers.length === 0
      ? { method: 'rules' }
      : {
          method: 'model+rules',
          model,
          endpointHost: host,
          promptVersion: PROMPT_VERSION,
          samples: answers.length,
          answerDigest: jsonDigest(answers),
        }),
  };
}

function dollars(micros: Micros): number {
  return micros / 1e6;
}

/** Lets so many tasks run at once; the others wait in line. */
function limitedTo(most: number) {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async <Result>(task: () => Promise<Result>): Promise<Result> => {
    if (running >= most) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await task();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
