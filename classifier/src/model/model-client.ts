import type OpenAI from 'openai';
import * as z from 'zod';
import { ClassifierError } from '../classifier-error.ts';
import type { Endpoint } from './endpoint.ts';
import type { Usage } from './price.ts';

// The only file that knows the SDK, which is loaded when a model is first asked: rules alone never pay for it.

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

export type ModelClient = {
  complete: (request: ModelRequest, signal?: AbortSignal) => Promise<ModelReply>;
  /** Hands in requests to be answered within a day; gives the batch's id, or why it was certainly not taken. */
  submitBatch: (
    requests: { id: string; request: ModelRequest }[],
    label: string,
    signal?: AbortSignal,
  ) => Promise<{ id: string } | { refused: Failure }>;
  /** The id of a batch handed in earlier under a label, if the endpoint knows it. */
  findBatch: (label: string, signal?: AbortSignal) => Promise<string | undefined>;
  /** The replies of a batch by the requests' ids once it has ended; `undefined` while it runs. */
  readBatch: (id: string, signal?: AbortSignal) => Promise<Map<string, ModelReply> | undefined>;
};

/** A larger answer is no answer to our question. */
const MAX_ANSWER_BYTES = 10 * 1024 * 1024;
const MAX_BATCH_BYTES = 256 * 1024 * 1024;

/** Connects to an endpoint. Every request has a deadline for the whole of it, follows no redirect, and is never repeated here. */
export function connectModel(
  endpoint: Endpoint,
  { deadlineMs = 60_000 }: { deadlineMs?: number } = {},
): ModelClient {
  let client: Promise<OpenAI> | undefined;
  const connected = () => {
    client ??= import('openai').then(
      ({ OpenAI }) =>
        new OpenAI({
          baseURL: endpoint.baseUrl,
          // The SDK wants some key; what is sent is decided in our fetch.
          apiKey: endpoint.key ?? 'none',
          adminAPIKey: null,
          organization: null,
          project: null,
          webhookSecret: null,
          maxRetries: 0,
          timeout: deadlineMs,
          logLevel: 'off',
          fetch: guardedFetch(endpoint),
        }),
    );
    return client;
  };
  const options = (signal: AbortSignal | undefined) => (signal === undefined ? {} : { signal });

  return {
    async complete(request, signal) {
      const { chat } = await connected();
      try {
        return readCompletion(
          await chat.completions.create(bodyOf(endpoint, request), options(signal)),
        );
      } catch (error) {
        return failureOf(error, signal);
      }
    },
    async submitBatch(requests, label, signal) {
      const { files, batches } = await connected();
      const lines = requests.map(({ id, request }) =>
        JSON.stringify({
          custom_id: id,
          method: 'POST',
          url: '/v1/chat/completions',
          body: bodyOf(endpoint, request),
        }),
      );
      const file = new File([`${lines.join('\n')}\n`], 'requests.jsonl');
      try {
        const { id } = await files.create({ file, purpose: 'batch' }, options(signal));
        const batch = await batches.create(
          {
            input_file_id: id,
            endpoint: '/v1/chat/completions',
            completion_window: '24h',
            metadata: { toolwarden: label },
          },
          options(signal),
        );
        return { id: batch.id };
      } catch (error) {
        const reply = failureOf(error, signal);
        if (reply.kind === 'failed' && !reply.isPaid) return { refused: reply.failure };
        throw batchError(endpoint, reply, error);
      }
    },
    async findBatch(label, signal) {
      const { batches } = await connected();
      const { data } = await batches
        .list({ limit: 100 }, options(signal))
        .catch((error: unknown) =>
          Promise.reject(batchError(endpoint, failureOf(error, signal), error)),
        );
      return data.find(({ metadata }) => metadata?.['toolwarden'] === label)?.id;
    },
    async readBatch(id, signal) {
      const { batches, files } = await connected();
      try {
        const batch = await batches.retrieve(id, options(signal));
        if (!['completed', 'failed', 'expired', 'cancelled'].includes(batch.status))
          return undefined;
        const replies = new Map<string, ModelReply>();
        for (const fileId of [batch.output_file_id, batch.error_file_id]) {
          if (typeof fileId !== 'string') continue;
          const content = await files.content(fileId, options(signal));
          for (const line of (await content.text()).split('\n')) addBatchLine(replies, line);
        }
        return replies;
      } catch (error) {
        const reply = failureOf(error, signal);
        // A batch that is no longer there will never answer.
        if (reply.kind === 'failed' && reply.failure === 'not-found') return new Map();
        throw batchError(endpoint, reply, error);
      }
    },
  };
}

/** A batch that could not be handed in or looked at. */
export function batchError(
  { host }: Pick<Endpoint, 'host'>,
  reply: ModelReply,
  cause?: unknown,
): ClassifierError {
  const why = reply.kind === 'failed' ? reply.failure : reply.kind;
  return new ClassifierError(
    'batch-failed',
    `${host}: the Batch API did not take the request (${why}); run again to go on, or without --batch`,
    { cause },
  );
}

function bodyOf(
  { host, model }: Endpoint,
  { messages, form, schema, maxOutput }: ModelRequest,
): OpenAI.ChatCompletionCreateParamsNonStreaming {
  const format: OpenAI.ChatCompletionCreateParamsNonStreaming['response_format'] =
    form === 'json_schema'
      ? { type: 'json_schema', json_schema: { name: 'judgement', strict: true, schema } }
      : form === 'json_object'
        ? { type: 'json_object' }
        : undefined;
  return {
    model,
    messages,
    // OpenAI's newer models refuse the old name; other servers know only that one.
    ...(host === 'api.openai.com'
      ? { max_completion_tokens: maxOutput }
      : { max_tokens: maxOutput }),
    ...(format !== undefined && { response_format: format }),
  };
}

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

function readCompletion(body: unknown): ModelReply {
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

function addBatchLine(replies: Map<string, ModelReply>, line: string): void {
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

/** What our own guard found; the SDK hands it on as a cause. */
class GuardError extends Error {
  readonly failure: 'redirected' | 'too-large';

  constructor(failure: GuardError['failure']) {
    super(failure);
    this.failure = failure;
  }
}

// The key goes to the named host and nowhere else, and the whole body is read within the SDK's deadline. Of the SDK's headers
// only those are sent that the request needs: the others tell of this machine, or come from variables we do not read.
function guardedFetch({ host, key }: Endpoint): typeof fetch {
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    if (url.host !== host) throw new GuardError('redirected');
    const given = new Headers(init?.headers);
    const sent = new Headers({ 'user-agent': 'toolwarden' });
    for (const name of ['accept', 'content-type']) {
      const value = given.get(name);
      if (value !== null) sent.set(name, value);
    }
    if (key !== undefined) sent.set('authorization', `Bearer ${key}`);
    const response = await fetch(input, { ...init, headers: sent, redirect: 'manual' });
    if (response.status >= 300 && response.status < 400) {
      await response.body?.cancel();
      throw new GuardError('redirected');
    }
    const isFile = /\/files\/[^/]+\/content$/.test(url.pathname);
    const body = await readCapped(response, isFile ? MAX_BATCH_BYTES : MAX_ANSWER_BYTES);
    const headers = new Headers(response.headers);
    for (const name of ['content-encoding', 'content-length', 'transfer-encoding'])
      headers.delete(name);
    return new Response(body.length === 0 ? null : body, { status: response.status, headers });
  };
}

async function readCapped(response: Response, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    // Leaving the loop cancels the rest of the body.
    if (size > limit) throw new GuardError('too-large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

const NEVER_LEFT = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

function failureOf(error: unknown, signal: AbortSignal | undefined): ModelReply {
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
