import { isJsonObject, type JsonValue } from '@toolwarden/catalogue';

/** A step of a path: a property's name, or every item of a list. */
export type Step = { readonly key: string } | 'each';

const MAX_STEPS = 32;

/**
 * Reads a path such as `args.list[*].x`; a name with other characters stands in brackets: `args["a.b"]`.
 * `undefined` for a text that is none.
 */
export function parsePath(path: string): Step[] | undefined {
  if (!path.startsWith('args')) return undefined;
  const steps: Step[] = [];
  let at = 4;
  while (at < path.length) {
    const next = readStep(path, at);
    if (next === undefined || steps.length === MAX_STEPS) return undefined;
    steps.push(next.step);
    at = next.end;
  }
  return steps;
}

/** True for a text that is a path. */
export const isPath = (text: string) => parsePath(text) !== undefined;

const PLAIN_NAME = /[^.[\]"'\s]+/y;
const QUOTED_NAME = /\["((?:[^"\\]|\\.)*)"\]/y;

function readStep(path: string, at: number): { step: Step; end: number } | undefined {
  if (path.startsWith('[*]', at)) return { step: 'each', end: at + 3 };
  if (path[at] === '.') {
    PLAIN_NAME.lastIndex = at + 1;
    const name = PLAIN_NAME.exec(path)?.[0];
    return name === undefined ? undefined : { step: { key: name }, end: PLAIN_NAME.lastIndex };
  }
  QUOTED_NAME.lastIndex = at;
  const quoted = QUOTED_NAME.exec(path);
  if (quoted === null) return undefined;
  const end = QUOTED_NAME.lastIndex;
  try {
    return { step: { key: JSON.parse(`"${quoted[1]}"`) as string }, end };
  } catch {
    return undefined;
  }
}

/** Writes steps as a path that {@link parsePath} reads back. */
export function pathText(steps: readonly Step[]): string {
  const written = steps.map((step) => {
    if (step === 'each') return '[*]';
    return /^[^.[\]"'\s]+$/.test(step.key) ? `.${step.key}` : `[${JSON.stringify(step.key)}]`;
  });
  return `args${written.join('')}`;
}

/** The value at the end of steps that hold no `each`; `undefined` where a step finds nothing. Own keys only. */
export function readSteps(
  value: JsonValue | undefined,
  steps: readonly Step[],
  from: number,
): JsonValue | undefined {
  let current = value;
  for (let index = from; index < steps.length; index++) {
    const step = steps[index] as Step;
    if (step === 'each' || !isJsonObject(current) || !Object.hasOwn(current, step.key)) {
      return undefined;
    }
    current = current[step.key];
  }
  return current;
}
