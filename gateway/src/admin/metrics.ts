import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { Figures, Tally } from '../http/figures.ts';

/** What is read at the moment somebody asks. */
export type Load = { inFlight: number; sessions: number };

/** The gateway's figures in the text format of Prometheus. */
export function gatewayMetrics(figures: Figures, load: () => Load): () => Promise<string> {
  const register = new Registry();
  const registers = [register];
  collectDefaultMetrics({ register });
  const tally = (
    name: string,
    help: string,
    labelNames: [string] | [string, string],
    from: Tally,
  ) =>
    new Counter({
      ...{ name, help, labelNames, registers },
      collect() {
        this.reset();
        for (const [first, second, count] of from.entries()) {
          const [one, other] = labelNames;
          this.inc({ [one]: first, ...(other !== undefined && { [other]: second }) }, count);
        }
      },
    });
  tally(
    'toolwarden_decisions_total',
    'Decisions recorded, by server and effect.',
    ['server', 'effect'],
    figures.decisions,
  );
  new Counter({
    name: 'toolwarden_shadow_decisions_total',
    help: 'Decisions that a staged policy judged beside the one in force, by server and both effects.',
    ...{ labelNames: ['server', 'effect', 'shadow'], registers },
    collect() {
      this.reset();
      for (const [server, effects, count] of figures.shadowed.entries()) {
        const [effect = '', shadow = ''] = effects.split(' ');
        this.inc({ server, effect, shadow }, count);
      }
    },
  });
  tally(
    'toolwarden_outcomes_total',
    'What became of calls that were sent on.',
    ['outcome'],
    figures.outcomes,
  );
  tally(
    'toolwarden_notes_total',
    'Other things that the audit holds, by kind and server; before what is too much of them is dropped.',
    ['kind', 'server'],
    figures.notes,
  );
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      ...{ name, help, registers },
      collect() {
        this.set(read());
      },
    });
  gauge(
    'toolwarden_requests_in_flight',
    'Requests of clients without an answer.',
    () => load().inFlight,
  );
  gauge('toolwarden_sessions', 'Open sessions.', () => load().sessions);
  gauge('toolwarden_audit_writable', '1 while decisions can be recorded.', () =>
    figures.stateFault === undefined ? 1 : 0,
  );
  return () => register.metrics();
}
