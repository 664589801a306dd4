import {
  isJsonObject,
  type JsonValue,
  own,
  type ServerWords,
  type ToolDefinition,
} from '@toolwarden/catalogue';
import { type ClassifierInput, classify, type RulesJudgement } from './classify.ts';
import { inOrder } from './in-order.ts';

/** A line that is no question. */
export class LineError extends Error {
  override readonly name = 'LineError';
  readonly code: 'not-json' | 'not-an-object' | 'no-tool';
  readonly id: JsonValue;

  constructor(
    code: LineError['code'],
    message: string,
    id: JsonValue = null,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.code = code;
    this.id = id;
  }
}

/** Judges one tool with more than the rules. */
type Judge = (input: ClassifierInput, signal?: AbortSignal) => Promise<RulesJudgement>;

/** So many lines may wait for a model at once; how many requests run is the judge's affair. */
const MOST_WAITING = 64;

/** One JSON line out for each line in, in order. A bad line gives `{id, line, error}` and the run goes on. */
export async function* classifyLines(
  lines: AsyncIterable<string>,
  { judge, signal }: { judge?: Judge; signal?: AbortSignal } = {},
): AsyncGenerator<string> {
  let line = 0;
  if (judge !== undefined) {
    yield* inOrder(lines, MOST_WAITING, (text) => judged(text, ++line, judge, signal));
    return;
  }
  for await (const text of lines) {
    line++;
    yield answer(text, line);
  }
}

function answer(text: string, line: number): string {
  try {
    const { id, ...input } = readLine(text);
    return printed(id, classify(input));
  } catch (error) {
    return printedError(error, line);
  }
}

async function judged(
  text: string,
  line: number,
  judge: Judge,
  signal: AbortSignal | undefined,
): Promise<string> {
  try {
    const { id, ...input } = readLine(text);
    return printed(id, await judge(input, signal));
  } catch (error) {
    signal?.throwIfAborted();
    return printedError(error, line);
  }
}

function printed(id: JsonValue, judgement: RulesJudgement): string {
  const { category, label, traits, risk, confidence, review, rationale, evidence } = judgement;
  return JSON.stringify({
    id,
    category,
    label,
    traits,
    risk,
    confidence,
    review,
    rationale,
    evidence,
  });
}

function printedError(error: unknown, line: number): string {
  const id = error instanceof LineError ? error.id : null;
  return JSON.stringify({ id, line, error: (error as Error).message });
}

function readLine(text: string): { id: JsonValue; tool: ToolDefinition; server?: ServerWords } {
  const value = parse(text);
  if (!isJsonObject(value))
    throw new LineError('not-an-object', 'expected a JSON object on the line');
  const id = own(value, 'id') ?? null;
  const tool = own(value, 'tool');
  if (!isJsonObject(tool) || typeof own(tool, 'name') !== 'string')
    throw new LineError('no-tool', 'expected "tool" to be an object with a name', id);
  const server = own(value, 'server');
  const name = own(server, 'name');
  const description = own(server, 'description');
  return {
    id,
    tool: tool as ToolDefinition,
    ...(typeof name === 'string' && {
      server: { name, ...(typeof description === 'string' && { description }) },
    }),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new LineError('not-json', `not JSON: ${(error as Error).message}`, null, {
      cause: error,
    });
  }
}
