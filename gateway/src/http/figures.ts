import { isGrantOver } from '../refusal.ts';
import type { Note, Recorded, State } from '../state/state.ts';

/** What the gateway counts of itself; plain numbers, because a call passes here too. */
export type Figures = {
  /** By server and effect of the decision. */
  readonly decisions: Tally;
  /** The same, and what a staged policy says beside it, as `allow deny`. */
  readonly shadowed: Tally;
  /** By server and what became of a call that was sent on. */
  readonly outcomes: Tally;
  /** By kind. */
  readonly notes: Tally;
  /** Why the audit cannot be written; `undefined` while it can. */
  stateFault: string | undefined;
};

/** Numbers by label. */
export class Tally {
  readonly #counts = new Map<string, Map<string, number>>();

  add(first: string, second: string): void {
    let counts = this.#counts.get(first);
    if (counts === undefined) {
      counts = new Map();
      this.#counts.set(first, counts);
    }
    counts.set(second, (counts.get(second) ?? 0) + 1);
  }

  *entries(): Generator<[first: string, second: string, count: number]> {
    for (const [first, counts] of this.#counts) {
      for (const [second, count] of counts) yield [first, second, count];
    }
  }
}

export function newFigures(): Figures {
  return {
    decisions: new Tally(),
    shadowed: new Tally(),
    outcomes: new Tally(),
    notes: new Tally(),
    stateFault: undefined,
  };
}

/** The same state, counted; it remembers whether it last could be written. */
export function counted(state: State, figures: Figures): State {
  const noteFault = (error: unknown) => {
    // A store that says that a grant is over can be written.
    if (isGrantOver(error)) throw error;
    figures.stateFault = (error as Error).message;
    throw error;
  };
  return {
    ...state,
    record(entry, judge) {
      const count = ({ decision: { effect, shadow } }: Recorded) => {
        figures.stateFault = undefined;
        figures.decisions.add(entry.server, effect);
        if (shadow !== undefined) figures.shadowed.add(entry.server, `${effect} ${shadow.effect}`);
      };
      let recorded: ReturnType<State['record']>;
      try {
        recorded = state.record(entry, judge);
      } catch (error) {
        return noteFault(error);
      }
      if (!(recorded instanceof Promise)) {
        count(recorded);
        return recorded;
      }
      return recorded.then((done) => {
        count(done);
        return done;
      }, noteFault);
    },
    outcome(callId, outcome) {
      figures.outcomes.add(outcome.kind, '');
      state.outcome(callId, outcome);
    },
    note(note: Note) {
      figures.notes.add(note.kind, note.server);
      state.note(note);
    },
  };
}
