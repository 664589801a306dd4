const MAX_DETAIL = 500;

/** What must not appear in a record: parts of this machine and of how it is set up. */
export type Private = { paths: [path: string, shown: string][]; hosts: string[] };

/** Makes one line of a stranger's words fit for a record: no controls, nothing of this machine, cut at 500. */
export function detailOf(text: string, hidden: Private): string {
  let line = stripControls(text);
  for (const [path, shown] of hidden.paths) line = line.replaceAll(path, shown);
  for (const host of hidden.hosts) line = line.replaceAll(host, 'registry');
  // A time would make the record of an unchanged server change with every crawl.
  line = line.replace(/\[?\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d[\d:.]*Z?\]?/g, '');
  line = hideSecrets(line).replace(/\s+/g, ' ').trim();
  return line.length > MAX_DETAIL ? `${line.slice(0, MAX_DETAIL - 1)}…` : line;
}

/** Addresses with what follows them; for the package manager's words, which name the registry in use. */
export function hideAddresses(text: string): string {
  return text.replace(/\b(?:git\+)?(?:https?|ssh|git):\/\/[^\s'"<>)\]]+/gi, 'address');
}

const ESCAPE = String.fromCharCode(27);
const ANSI = new RegExp(
  `${ESCAPE}(?:\\[[0-9;?]*[ -/]*[@-~]|\\][^${ESCAPE}\\u0007]*(?:\\u0007|${ESCAPE}\\\\)?|.)`,
  'g',
);

/** Without terminal sequences and other characters that draw nothing or turn the text round; line breaks stay. */
export function stripControls(text: string): string {
  return text
    .replace(ANSI, '')
    .replace(/[^\P{C}\n\t]/gu, '')
    .toWellFormed();
}

function hideSecrets(line: string): string {
  return line
    .replace(/\b(eyJ[\w-]{10,2000})(\.[\w-]{1,4000}){0,2}/g, '…')
    .replace(/\b((?:sk|pk|rk|ghp|gho|ghs|glpat|xox[abprs])[-_])[\w-]{16,500}/g, '$1…')
    .replace(/:\/\/[^\s/@]{1,300}@/g, '://…@');
}

const NOISE =
  /^(at |node:|npm (warn|notice)|throw |\^+$|Node\.js v\d|[\][{}(),;]+$|requireStack|code: |\(Use `node|(\(node:\d+\) )?(\[DEP\d+\] )?(Deprecation|Experimental)Warning)/i;
/** `file:///package/index.js:12`, where something was thrown. */
const PLACE = /^(?:file:\/\/)?\/\S{1,400}:\d+$/;
const STRONG =
  /error|required|missing|\bmust\b|cannot|can't|could not|unable to|failed|not (?:set|provided|defined|configured)|no matching/i;
const TELLING =
  /error|required|requires|missing|must|usage|cannot|can't|could not|unable|fail|not (?:set|found|provided|defined|configured)|invalid|please|no such|no matching|unknown|refused|denied/i;

/** The line of some output that says most about what went wrong. */
export function tellingLine(text: string): string | undefined {
  const all = stripControls(text)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  // Node prints the source line that threw above a row of carets; it is no word of the server's.
  const lines = all.filter(
    (line, index) => !NOISE.test(line) && !/^\^+$/.test(all[index + 1] ?? '') && !PLACE.test(line),
  );
  const strong = lines.findIndex((line) => STRONG.test(line) && !/warning/i.test(line));
  const index = strong < 0 ? lines.findIndex((line) => TELLING.test(line)) : strong;
  if (index < 0) return lines.at(-1);
  const line = lines[index] as string;
  // "Missing variables:" says little without the line that follows.
  return line.endsWith(':') && lines[index + 1] ? `${line} ${lines[index + 1]}` : line;
}
