import {
  type Attack,
  type AttackEntry,
  type AttackFilter,
  attackKinds,
  categories,
  controls,
  fitsFilter,
  linksBetween,
  searchAttacks,
  traits,
} from '@toolwarden/catalogue';
import { openStore } from '@toolwarden/catalogue/store';
import { attackPage } from '../attack-page.ts';
import { CliError, type Command, readArguments } from '../command.ts';
import type { Io } from '../io.ts';
import { resolvePath } from '../paths.ts';
import { table } from '../table.ts';
import { runAttacks } from './attacks-run.ts';

const help = `
toolwarden attacks list [--search TEXT] [filters] [--data DIR] [--json]
toolwarden attacks show ID [--data DIR] [--json]
toolwarden attacks run [ID…] [--record] [--data DIR] [--json]

The attack database: documented attacks on agents through MCP, what they need, and what stops them.

  list                   all entries, or those that fit; with --search the best first
    --search TEXT        words in any part of an entry; identifiers such as CVE-2025-6514 or SAF-T1001 too
    --kind KIND          technique, incident or cve
    --trait TRAIT        what a tool must have for it, such as untrusted_content
    --category NAME      Read, Write or Execute
    --control CONTROL    what stops or bounds it, such as approval or flow-rule
    --framework NAME     SAF-MCP, OWASP-MCP, OWASP-ASI, ATLAS, CWE, CVE, GHSA, or one of their ids
    --year YEAR          of the event, else of the publication
    --verification WORD  documented or reported
    --gateway WORD       what a gateway stops of it: full, partial or none
  show ID                one entry whole; ID is its id, or another name of it such as SAF-T1001
  run [ID…]              replays attacks against the gateway: without the control the harm must happen, with it not, and
                         honest use must still pass; needs the repository
    --record             writes what came of it below replays/ in the data folder
  --data DIR             where the records lie (default data)
  --json                 list: one entry's facts a line; show: facts, text and links as one object

Exit code 0; 1 if a file of the database could not be read or a replay went wrong; 2 for an unknown ID, word or option.

Example:
  toolwarden attacks list --search "rug pull"
`;

export const attacksCommand: Command = {
  name: 'attacks',
  summary: 'search, read and replay the attack database',
  help,
  run,
};

async function run(args: string[], io: Io): Promise<number> {
  const { values, positionals } = readArguments('attacks', args, {
    search: { type: 'string' },
    kind: { type: 'string' },
    trait: { type: 'string' },
    category: { type: 'string' },
    control: { type: 'string' },
    framework: { type: 'string' },
    year: { type: 'string' },
    verification: { type: 'string' },
    gateway: { type: 'string' },
    data: { type: 'string' },
    record: { type: 'boolean' },
  });
  const [act, ...names] = positionals;
  if (act === 'run') {
    const { data, json, record } = values;
    return runAttacks(
      names,
      { ...(data && { data }), json: json === true, record: record === true },
      io,
    );
  }
  if (act !== 'list' && act !== 'show') {
    throw new CliError('usage', 'expected list, show or run; see toolwarden attacks --help');
  }
  checkWords(values);
  const store = openStore(resolvePath(io, values.data ?? 'data'));
  const { items, problems } = await store.readAttacks();
  for (const { file, message } of problems) io.err(`attacks: ${file}: ${message}; skipped`);
  if (act === 'list') {
    if (names.length > 0) {
      throw new CliError('usage', `list takes no ${names[0]}; search with --search`);
    }
    list(items, values, io);
  } else show(items, names, values.json === true, io);
  return problems.length > 0 ? 1 : 0;
}

const words: Record<string, readonly string[]> = {
  kind: attackKinds,
  trait: traits.map(({ id }) => id),
  category: categories.map(({ id }) => id),
  control: controls.map(({ id }) => id),
  verification: ['documented', 'reported'],
  gateway: ['full', 'partial', 'none'],
};

/** A misspelt filter would look like "no attack fits", which is the worst of answers. */
function checkWords(values: Record<string, string | boolean | undefined>): void {
  for (const [option, known] of Object.entries(words)) {
    const value = values[option];
    if (typeof value !== 'string') continue;
    if (!known.some((word) => word.toLowerCase() === value.toLowerCase())) {
      throw new CliError('usage', `--${option} ${value}: expected one of ${known.join(', ')}`);
    }
  }
  if (typeof values.year === 'string' && !/^\d{4}$/.test(values.year)) {
    throw new CliError('usage', `--year ${values.year}: expected a year such as 2025`);
  }
}

function list(
  items: AttackEntry[],
  values: AttackFilter & { search?: string | undefined; json?: boolean | undefined },
  io: Io,
): void {
  const fitting = items.filter(({ attack }) => fitsFilter(attack, values));
  const found = searchAttacks(fitting, values.search ?? '');
  if (values.json) {
    for (const { attack } of found) io.out(JSON.stringify(attack));
    return;
  }
  const rows = found.map(({ attack }) => [
    attack.id,
    attack.kind,
    dateOf(attack),
    attack.gateway.stops,
    attack.title,
  ]);
  if (rows.length > 0)
    for (const line of table(['id', 'kind', 'date', 'gateway', 'title'], rows)) io.out(line);
  io.out(`${found.length} of ${items.length} attacks`);
}

function dateOf({ dates }: Attack): string {
  return dates.event ?? dates.disclosure ?? '';
}

function show(items: AttackEntry[], names: string[], isJson: boolean, io: Io): void {
  const [name, more] = names;
  if (name === undefined || more !== undefined) {
    throw new CliError('usage', 'show: expected one ID; see toolwarden attacks --help');
  }
  const entry = items.find(({ attack }) => isCalled(attack, name));
  if (entry === undefined) throw new CliError('input', unknown(items, name));
  const links = linksBetween(items.map(({ attack }) => attack)).get(entry.attack.id);
  const { related = [], relatedFrom = [] } = links ?? {};
  if (isJson) {
    io.out(JSON.stringify({ ...entry.attack, related, relatedFrom, body: entry.body }));
    return;
  }
  for (const line of attackPage(entry, [...new Set([...related, ...relatedFrom])].sort()))
    io.out(line);
}

function isCalled({ id, aliases }: Attack, name: string): boolean {
  return [id, ...aliases].some((each) => each.toLowerCase() === name.toLowerCase());
}

function unknown(items: AttackEntry[], name: string): string {
  const near = searchAttacks(items, name)
    .slice(0, 3)
    .map(({ attack }) => attack.id);
  const hint = near.length > 0 ? `; did you mean ${near.join(', ')}?` : '';
  return `show: no attack ${JSON.stringify(name.slice(0, 60))}${hint}`;
}
