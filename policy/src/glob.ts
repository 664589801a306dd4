/** True for a name with `*`, which stands for any characters, also none. */
export const isPattern = (name: string) => name.includes('*');

/**
 * Prepares a name or pattern. Everything but `*` is compared exactly, unit by unit: no case folding, no Unicode forms.
 * Linear in the text for each part of the pattern.
 */
export function compileGlob(pattern: string): (text: string) => boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return (text) => text === pattern;
  const middle = rest.filter((part) => part !== '');
  return (text) => {
    if (text.length < first.length + last.length) return false;
    if (!text.startsWith(first) || !text.endsWith(last)) return false;
    let at = first.length;
    const end = text.length - last.length;
    for (const part of middle) {
      const found = text.indexOf(part, at);
      if (found === -1 || found + part.length > end) return false;
      at = found + part.length;
    }
    return true;
  };
}

/** True where every name that `inner` matches is also matched by `outer`; may miss some, never claims one falsely. */
export function covers(outer: string, inner: string): boolean {
  if (outer === inner) return true;
  // A star in `inner` can stand for anything, so as a text it must itself be matched by a star of `outer`.
  return isPattern(outer) && compileGlob(outer)(inner);
}
