import type { IncomingHttpHeaders } from 'node:http';
import type { ClientMessage } from '../protocol/client-message.ts';
import type { State } from '../state/state.ts';

/** Tells a collector of every call; absent where nobody asked for that. */
export type Tracing = {
  /** Does the work of one message within the trace that its sender names, if any. */
  during<Done>(headers: IncomingHttpHeaders, message: ClientMessage, work: () => Done): Done;
  /** The same state, whose calls are spans. */
  traced(state: State): State;
  /** Sends what is left. */
  close(): Promise<void>;
};

/** Where spans go, and what goes with them. */
export type TracingConfig = {
  /** The base address of the collector; without one the usual variables say it. */
  endpoint?: string | undefined;
  headers?: Record<string, string> | undefined;
};

/** Whether spans are wanted: by the configuration, else by the variables that all of OpenTelemetry reads. */
export function wantsTracing(
  config: TracingConfig | false | undefined,
  env: NodeJS.ProcessEnv,
): boolean {
  if (config === false || env['OTEL_SDK_DISABLED']?.toLowerCase() === 'true') return false;
  if (config?.endpoint !== undefined) return true;
  if (env['OTEL_TRACES_EXPORTER'] === 'none') return false;
  const isSet = (name: string) => (env[name] ?? '') !== '';
  return isSet('OTEL_EXPORTER_OTLP_ENDPOINT') || isSet('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT');
}
