import * as z from 'zod';
import { GuardError } from './guarded-fetch.ts';
import type { Usage } from './price.ts';

/** How an endpoint is told what an answer looks like; the first that it understands is used. */
export const answerForms = ['json_schema', 'json_object', 'text'] as const;
export type AnswerForm = (typeof answerForms)[number];

export type Message = { role: 'system' | 'user' | 'assistant'; content: string };
export type ModelRequest = {
  messages: Message[];
  form: AnswerForm;
  /** JSON Schema of the answer, for the form `json_schema`. */
  schema: Record<string, unknown>;
  maxOutput: number;
};

/** Why no answer came. `rejected` is the endpoint's own word that the request itself is not to its liking. */
export type Failure =
  | 'rate-limited'
  | 'server-error'
  | 'unreachable'
  | 'reset'
  | 'timed-out'
  | 'redirected'
  | 'unauthorized'
  | 'not-found'
  | 'rejected'
  | 'aborted';

/** What came back for one request. */
export type ModelReply =
  | { kind: 'answer'; text: string; usage?: Usage }
  /** The model, or a filter before it, would not answer, or did not to the end. */
  | { kind: 'refused' | 'filtered' | 'cut' | 'empty' | 'malformed'; usage?: Usage }
  | { kind: 'failed'; failure: Failure; isPaid: boolean; retryAfterMs?: number };

const tokens = z.int().nonnegative();
const completionSchema = z.looseObject({
  choices: z
    .array(
      z.looseObject({
        finish_reason: z.string().nullish(),
        message: z.looseObject({ content: z.string().nullish(), refusal: z.string().nullish() }),
      }),
    )
    .length(1),
  // An endpoint that counts nonsense is one that does not count.
  usage: z
    .looseObject({ prompt_tokens: tokens, completion_tokens: tokens })
    .nullish()
    .catch(undefined),
});

/** Reads a chat completion; what is none is malformed. */
export function readCompletion(body: unknown): ModelReply {
  const parsed = completionSchema.safeParse(body);
  if (!parsed.success) return { kind: 'malformed' };
  const { choices, usage: counted } = parsed.data;
  const usage = counted
    ? { usage: { input: counted.prompt_tokens, output: counted.completion_tokens } }
    : {};
  const [choice] = choices;
  const text = choice?.message.content ?? '';
  const { refusal } = choice?.message ?? {};
  if (choice?.finish_reason === 'content_filter') return { kind: 'filtered', ...usage };
  if (typeof refusal === 'string' && refusal !== '') return { kind: 'refused', ...usage };
  if (choice?.finish_reason === 'length') return { kind: 'cut', ...usage };
  return text.trim() === '' ? { kind: 'empty', ...usage } : { kind: 'answer', text, ...usage };
}

const batchLineSchema = z.looseObject({
  custom_id: z.string(),
  response: z.looseObject({ status_code: z.int(), body: z.unknown() }).nullish(),
});

/** Reads one line of a batch's results; what is no such line says nothing. */
export function addBatchLine(replies: Map<string, ModelReply>, line: string): void {
  if (line.trim() === '') return;
  const parsed = batchLineSchema.safeParse(parseOrUndefined(line));
  if (!parsed.success) return;
  const { custom_id: id, response } = parsed.data;
  const isGood = response?.status_code === 200;
  replies.set(
    id,
    isGood
      ? readCompletion(response.body)
      : { kind: 'failed', failure: 'server-error', isPaid: false },
  );
}

function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const NEVER_LEFT = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/** What an error of the SDK, or of our guard within it, says of the call. */
export function failureOf(error: unknown, signal: AbortSignal | undefined): ModelReply {
  const chain = causesOf(error);
  const guard = chain.find((item) => item instanceof GuardError);
  if (guard?.failure === 'too-large') return { kind: 'malformed' };
  if (guard !== undefined) return { kind: 'failed', failure: 'redirected', isPaid: false };
  const { status, headers, name, code } = Object.assign({}, ...chain.map(shape).reverse()) as Shape;
  if (typeof status === 'number') return failureOfStatus(status, headers);
  if (signal?.aborted) return { kind: 'failed', failure: 'aborted', isPaid: true };
  if (name === 'APIConnectionTimeoutError' || name === 'AbortError' || name === 'TimeoutError')
    return { kind: 'failed', failure: 'timed-out', isPaid: true };
  if (code !== undefined && NEVER_LEFT.has(code))
    return { kind: 'failed', failure: 'unreachable', isPaid: false };
  // Cut off on the way: it may have been answered, so it counts as paid.
  return { kind: 'failed', failure: 'reset', isPaid: true };
}

type Shape = { status?: number; headers?: Headers; name?: string; code?: string };
function shape(error: Error & Shape): Shape {
  const { status, headers, code } = error;
  return {
    name: error.constructor.name,
    ...(typeof status === 'number' && { status }),
    ...(headers instanceof Headers && { headers }),
    ...(typeof code === 'string' && { code }),
  };
}

function causesOf(error: unknown): Error[] {
  const chain: Error[] = [];
  for (let at = error; at instanceof Error && chain.length < 8; at = at.cause) chain.push(at);
  return chain;
}

function failureOfStatus(status: number, headers: Headers | undefined): ModelReply {
  const failure: Failure =
    status === 429
      ? 'rate-limited'
      : [401, 402, 403].includes(status)
        ? 'unauthorized'
        : status === 404
          ? 'not-found'
          : status === 408 || status >= 500
            ? 'server-error'
            : 'rejected';
  const retryAfterMs = readRetryAfter(headers?.get('retry-after'));
  return {
    kind: 'failed',
    failure,
    isPaid: false,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
}

/** Seconds, or a date; a date gone by is now. */
function readRetryAfter(text: string | null | undefined): number | undefined {
  if (text === null || text === undefined) return undefined;
  if (/^\d+(?:\.\d+)?$/.test(text)) return Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}
