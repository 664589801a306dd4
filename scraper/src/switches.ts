import type { PackageSource } from '@toolwarden/catalogue';

type Variable = NonNullable<PackageSource['variables']>[number];

/** A variable or an option that decides which tools a server lists, and what to set it to. */
export type PermissionSwitch = {
  kind: 'env' | 'option';
  name: string;
  /** For the fewest rights; absent where leaving it out is that. */
  least?: string;
  /** For the most; absent where leaving it out is that. */
  most?: string;
};

/** What a right is about, as the words of a name. */
const RIGHT =
  /^(WRITES?|WRITABLE|SENDS?|SENDING|PII|DELET(E|ES|ION)|DESTRUCTIVE|DANGEROUS|ADMIN|MUTATIONS?|EDIT(S|ING)?|UNSAFE|EXEC(UTE|UTION)?|COMMANDS?|SHELL|MODIFY|MODIFICATIONS?|CREATE|UPDATE|PERMISSIONS?|PAYMENTS?|TRAD(E|ES|ING)|TRANSFERS?|TOOLS?|TOOLSETS?|ACTIONS|OPERATIONS|SQL|QUERIES|UPLOADS?|DOWNLOADS?|EXPERIMENTAL|ADVANCED|BETA)$/;
/** Words of names that are switches of something else. */
const OTHER =
  /^(LOG|LOGS|LOGGING|DEBUG|TELEMETRY|ANALYTICS|METRICS|TRACING|CACHE|PORT|HTTP|HTTPS|SSE|PROXY|TLS|SSL|CORS|AUTH|OAUTH|COLOR|SENTRY|RATE|RETRY|TIMEOUT|PATH|PATHS|DIR|DIRS|FILE|HOSTS?|ORIGINS?|URL|DOMAINS?|IPS?|KEY|TOKEN|SECRET|NODE|NPM)$/;
const SET = /(^|_)(TOOLSETS?|TOOL_SETS?|ENABLED_TOOLS|TOOL_GROUPS?)$/;
const MAX_SWITCHES = 12;
const TEXT_LIMIT = 400_000;

/** Permission switches that a README or a registry's entry names. */
export function switchesIn(readme: string, variables: Variable[] = []): PermissionSwitch[] {
  const text = readme.slice(0, TEXT_LIMIT);
  const lines = new Map<string, string[]>();
  const remember = (name: string, line: string) => {
    const known = lines.get(name) ?? [];
    if (known.length < 20) lines.set(name, [...known, line]);
  };
  for (const line of text.split('\n')) {
    if (line.length > 2000) continue;
    for (const [name] of line.matchAll(/\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+){0,8}\b/g))
      remember(name, line);
    for (const [name] of line.matchAll(/(?<![\w-])--[a-z][a-z0-9]*(?:-[a-z0-9]+){0,5}(?![\w-])/g))
      remember(name, line);
  }
  for (const { name, description = '', default: preset = '', choices = [] } of variables)
    remember(name, `${description} ${preset} ${choices.join(' ')}`);
  return [...lines].flatMap(([name, told]) => switchOf(name, told) ?? []).slice(0, MAX_SWITCHES);
}

function switchOf(name: string, told: string[]): PermissionSwitch | undefined {
  const isOption = name.startsWith('--');
  const kind = isOption ? 'option' : 'env';
  const upper = name.replace(/^--/, '').replaceAll('-', '_').toUpperCase();
  const words = upper.split('_');
  if (!isOption && words.length < 2) return undefined;
  if (words.some((word) => OTHER.test(word))) return undefined;
  if (/(^|_)READ_?ONLY(_MODE)?$/.test(upper) && !/^(NO|DISABLE)_/.test(upper))
    return isOption ? { kind, name, least: '' } : { kind, name, least: 'true', most: 'false' };
  if (SET.test(upper)) {
    const hasAll = told.some((line) => /\ball\b/.test(line));
    return hasAll ? { kind, name, most: 'all' } : undefined;
  }
  const grants = words.some((word) => /^(ENABLED?|ALLOW(ED)?|WITH)$/.test(word));
  const denies = words.some((word) => /^(DISABLED?|NO|WITHOUT|DENY)$/.test(word));
  if (!words.some((word) => RIGHT.test(word))) return undefined;
  const isBoolean = told.some((line) => /\b(true|false|boolean)\b|=["'`]?[01]\b/i.test(line));
  // Options of this kind stand alone; a variable has to be shown with a yes or a no.
  if (isOption ? !grants && !denies : !isBoolean) return undefined;
  if (denies && !grants)
    return isOption ? { kind, name, least: '' } : { kind, name, least: 'true', most: 'false' };
  return isOption ? { kind, name, most: '' } : { kind, name, least: 'false', most: 'true' };
}

/** What to add to a start so that switches stand at one end; undefined where that is how they stand anyway. */
export function settingOf(
  switches: PermissionSwitch[],
  end: 'least' | 'most',
): { env: Record<string, string>; args: string[]; switches: Record<string, string> } | undefined {
  const chosen = switches.filter((one) => one[end] !== undefined);
  if (chosen.length === 0) return undefined;
  const chosenValue = (one: PermissionSwitch) => one[end] as string;
  return {
    env: Object.fromEntries(
      chosen.filter(({ kind }) => kind === 'env').map((one) => [one.name, chosenValue(one)]),
    ),
    args: chosen
      .filter(({ kind }) => kind === 'option')
      .flatMap((one) => [one.name, ...(chosenValue(one) === '' ? [] : [chosenValue(one)])]),
    switches: Object.fromEntries(chosen.map((one) => [one.name, chosenValue(one)])),
  };
}
