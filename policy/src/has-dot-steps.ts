/** The signs a step ends with, and those a server may take for such; `%25` is a `%` that is decoded once more. */
const END = String.raw`[/\\?#;]|%(?:25)*(?:2f|5c|3f|23|3b)`;
const DOT = String.raw`(?:\.|%(?:25)*2e)`;
const DOT_STEP = new RegExp(`(?:^|${END})${DOT}{1,2}(?=$|${END})`, 'i');

/**
 * Whether an address has a step `.` or `..`, also coded: who opens it may come to another one than it reads as, and a
 * rule for its beginning says nothing of that one.
 */
export function hasDotSteps(address: string): boolean {
  // As readers of addresses do, which leave these out wherever they stand.
  return DOT_STEP.test(address.replace(/[\t\n\r]/g, ''));
}
