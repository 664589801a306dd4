/** A text with the way back and forth. */
export type TextHistory = {
  text: string;
  past: readonly string[];
  future: readonly string[];
  /** What the last change was part of: changes of one kind in a row are one step back. */
  kind?: string;
};

const MAX_STEPS = 200;

export function startHistory(text: string): TextHistory {
  return { text, past: [], future: [] };
}

/** The text changed. A `kind` joins it to the change before, where that had the same. */
export function changed(history: TextHistory, text: string, kind?: string): TextHistory {
  if (text === history.text) return history;
  const isSameStep = kind !== undefined && kind === history.kind && history.past.length > 0;
  const past = isSameStep ? history.past : [...history.past, history.text].slice(-MAX_STEPS);
  return { text, past, future: [], ...(kind !== undefined && { kind }) };
}

export function undone({ text, past, future }: TextHistory): TextHistory {
  const before = past.at(-1);
  if (before === undefined) return { text, past, future };
  return { text: before, past: past.slice(0, -1), future: [text, ...future] };
}

export function redone({ text, past, future }: TextHistory): TextHistory {
  const [after, ...later] = future;
  if (after === undefined) return { text, past, future };
  return { text: after, past: [...past, text], future: later };
}
