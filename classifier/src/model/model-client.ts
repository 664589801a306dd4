import type OpenAI from 'openai';
import { ClassifierError } from '../classifier-error.ts';
import type { Endpoint } from './endpoint.ts';
import { guardedFetch } from './guarded-fetch.ts';
import {
  addBatchLine,
  type Failure,
  failureOf,
  type ModelReply,
  type ModelRequest,
  readCompletion,
} from './model-reply.ts';

// The only file that knows the SDK, which is loaded when a model is first asked: rules alone never pay for it.

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
  readBatch: (
    id: string,
    signal?: AbortSignal,
  ) => Promise<Map<string, ModelReply> | 'gone' | undefined>;
};

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
        // A batch, or a file of its answers, that is no longer there will never answer.
        if (reply.kind === 'failed' && reply.failure === 'not-found') return 'gone';
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
    ...(/(?:^|\.)openai\.(?:azure\.)?com$/.test(host)
      ? { max_completion_tokens: maxOutput }
      : { max_tokens: maxOutput }),
    ...(format !== undefined && { response_format: format }),
  };
}
