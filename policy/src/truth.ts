/**
 * What a condition comes to. `unknown`: the value is absent or of another type than the condition speaks of.
 * `error`: the value is there, but cannot be judged safely (an address that cannot be normalised, a text too long).
 */
export type Truth = 'true' | 'false' | 'unknown' | 'error';

/** A boolean as a {@link Truth}. */
export const truthOf = (holds: boolean): Truth => (holds ? 'true' : 'false');

/** True only if all are; false as soon as one is. Independent of the order of its inputs. */
export function all(truths: Iterable<Truth>): Truth {
  let result: Truth = 'true';
  for (const truth of truths) {
    if (truth === 'false') return 'false';
    if (truth === 'error' || (truth === 'unknown' && result === 'true')) result = truth;
  }
  return result;
}

/** True as soon as one is; false only if all are. Independent of the order of its inputs. */
export function some(truths: Iterable<Truth>): Truth {
  let result: Truth = 'false';
  for (const truth of truths) {
    if (truth === 'true') return 'true';
    if (truth === 'error' || (truth === 'unknown' && result === 'false')) result = truth;
  }
  return result;
}

/** The opposite of what is known; what is not known stays so. */
export function negate(truth: Truth): Truth {
  if (truth === 'true') return 'false';
  return truth === 'false' ? 'true' : truth;
}
