import { AsyncLocalStorage } from 'node:async_hooks';
import type { IncomingHttpHeaders } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import {
  type Attributes,
  type Context,
  createTraceState,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, type SpanExporter, TracerProvider } from '@opentelemetry/sdk-trace';
import { own } from '@toolwarden/catalogue';
import type { ClientMessage } from '../protocol/client-message.ts';
import type { CallEntry, Outcome, Recorded } from '../state/state.ts';
import type { Tracing, TracingConfig } from './tracing.ts';

/** The message that is being worked on. */
type Current = { parent: Context; startedAt: number };

/** Spans that may wait for the end of their calls; a call over that is told of at once. */
const MOST_OPEN = 10_000;
/** A collector that is down is told of so often. */
const COMPLAIN_MS = 60_000;
/** What a batch of spans gets to be sent in. */
const EXPORT_MS = 3_000;
/** What the last spans get to be sent in. */
const LAST_MS = 2_000;

/** Begins to send spans. Loaded only where that is asked for, with all that it needs. */
export function openTracing(config: TracingConfig, log: (line: string) => void): Tracing {
  const { endpoint, headers } = config;
  const url = endpoint === undefined ? undefined : `${endpoint.replace(/\/+$/, '')}/v1/traces`;
  const exporter = complaining(
    new OTLPTraceExporter({
      ...(url !== undefined && { url }),
      ...(headers && { headers }),
      // With all its tries; a process that ends waits for what is under way.
      ...(process.env['OTEL_EXPORTER_OTLP_TIMEOUT'] === undefined && { timeoutMillis: EXPORT_MS }),
    }),
    log,
  );
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      'service.name': process.env['OTEL_SERVICE_NAME'] ?? 'toolwarden',
    }),
    spanProcessors: [new BatchSpanProcessor({ exporter })],
  });
  const tracer = provider.getTracer('toolwarden');
  const current = new AsyncLocalStorage<Current>();
  const open = new Map<string, Span>();

  const begin = (entry: CallEntry, { decision }: Recorded) => {
    const { parent = ROOT_CONTEXT, startedAt = Date.now() } = current.getStore() ?? {};
    const attributes = attributesOf(entry, decision.effect);
    const name = attributes['gen_ai.tool.name'] ?? attributes['gen_ai.prompt.name'];
    const span = tracer.startSpan(
      name === undefined ? entry.method : `${entry.method} ${name}`,
      { kind: SpanKind.SERVER, startTime: startedAt, attributes },
      parent,
    );
    const isSent = decision.effect === 'allow' || entry.isObserved;
    if (isSent && open.size < MOST_OPEN) open.set(entry.callId, span);
    else span.end();
  };
  const end = (callId: string, outcome: Outcome) => {
    const span = open.get(callId);
    if (span === undefined) return;
    open.delete(callId);
    span.setAttribute('toolwarden.outcome', outcome.kind);
    const isFailure =
      outcome.kind === 'timeout' || outcome.kind === 'unknown' || hasFailed(outcome);
    if (isFailure) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end();
  };
  return {
    during: (given, message, work) =>
      current.run({ parent: parentOf(given, message), startedAt: Date.now() }, work),
    traced: (state) => ({
      ...state,
      record(entry, judge) {
        const recorded = state.record(entry, judge);
        if (!(recorded instanceof Promise)) {
          begin(entry, recorded);
          return recorded;
        }
        return recorded.then((done) => {
          begin(entry, done);
          return done;
        });
      },
      outcome(callId, outcome) {
        end(callId, outcome);
        state.outcome(callId, outcome);
      },
    }),
    async close() {
      for (const span of open.values()) span.end();
      open.clear();
      // A collector that is down must not keep a gateway from ending.
      const sent = provider.shutdown().catch(() => {});
      await Promise.race([sent, pause(LAST_MS, undefined, { ref: false })]);
    },
  };
}

/** What a span says: what was called and what became of it, and nothing of what was said. */
function attributesOf({ method, server, session, tool, callId }: CallEntry, effect: string) {
  const attributes: Attributes = {
    'mcp.method.name': method,
    'toolwarden.server': server,
    'toolwarden.era': session === undefined ? 'stateless' : 'session',
    'toolwarden.decision': effect,
    // The audit has the rest under it.
    'toolwarden.call': callId,
  };
  // Addresses of resources say what is read, and what is no name could be anything.
  if (!/^[A-Za-z0-9_.-]{1,128}$/.test(tool)) return attributes;
  if (method === 'tools/call') attributes['gen_ai.tool.name'] = tool;
  if (method === 'prompts/get') attributes['gen_ai.prompt.name'] = tool;
  return attributes;
}

const hasFailed = (outcome: Outcome) => outcome.kind === 'answered' && outcome.isError === true;

const TRACEPARENT = /^(?!ff)[\da-f]{2}-(?!0{32})([\da-f]{32})-(?!0{16})([\da-f]{16})-([\da-f]{2})$/;
const MAX_TRACESTATE = 512;

/** The trace that a message names; what the protocol carries is nearer to the call than what HTTP does. */
function parentOf(headers: IncomingHttpHeaders, message: ClientMessage): Context {
  const meta = message.kind === 'request' ? own(message.params, '_meta') : undefined;
  const inMeta = own(meta, 'traceparent');
  const isInMeta = typeof inMeta === 'string';
  const text = isInMeta ? inMeta : headers['traceparent'];
  const state = isInMeta ? own(meta, 'tracestate') : headers['tracestate'];
  const [, traceId, spanId, flags = ''] =
    TRACEPARENT.exec(typeof text === 'string' ? text : '') ?? [];
  if (traceId === undefined || spanId === undefined) return ROOT_CONTEXT;
  return trace.setSpanContext(ROOT_CONTEXT, {
    ...{ traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1, isRemote: true },
    ...(typeof state === 'string' &&
      state.length <= MAX_TRACESTATE && { traceState: createTraceState(state) }),
  });
}

/** Says that spans are lost, now and then. */
function complaining(exporter: SpanExporter, log: (line: string) => void): SpanExporter {
  let quietUntil = 0;
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        if (result.code !== 0 && performance.now() >= quietUntil) {
          quietUntil = performance.now() + COMPLAIN_MS;
          log(`spans cannot be sent to the collector: ${result.error?.message ?? 'no reason'}`);
        }
        done(result);
      });
    },
    shutdown: () => exporter.shutdown(),
    ...(exporter.forceFlush && { forceFlush: () => exporter.forceFlush?.() as Promise<void> }),
  };
}
