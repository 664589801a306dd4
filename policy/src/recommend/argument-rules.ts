import { own } from '@toolwarden/catalogue';
import type { ArgumentTest } from '../condition.ts';
import { type Argument, isList, isNumber, isTextList, numberIn } from './arguments.ts';
import type { Draft } from './draft.ts';
import type { PathKind } from './path-signals.ts';
import type { Signals } from './signals.ts';
import * as words from './words.ts';

/** Stands for the folder that a user of the policy names. */
export const PLACEHOLDER_ROOT = '/workspace';
/** Stands for the host that a user of the policy names; reserved for examples by RFC 2606. */
export const PLACEHOLDER_HOST = 'example.com';

const MAX_RECIPIENTS = 10;
const MAX_TARGETS = 25;
const MAX_PAGE = 100;
const MAX_PROGRAM = 4000;
// A longer rule is not read by anyone; then a person is asked about each call instead.
const MAX_CONDITIONS = 24;

/** Adds what a tool's own arguments make possible: caps, roots, hosts, list lengths. */
export function addArgumentRules(draft: Draft, signals: Signals, toolName: string): void {
  const parts = [
    ...signals.amounts.map((each) => () => addAmount(draft, each, toolName)),
    ...signals.textAmounts.map((each) => () => addTextAmount(draft, each)),
    ...signals.flags.map((each) => () => addFlag(draft, each)),
    ...signals.urls.map(
      ({ argument, hosts }) =>
        () =>
          addHosts(draft, argument, hosts),
    ),
    ...signals.paths.map(
      ({ argument, kind }) =>
        () =>
          addRoot(draft, argument, kind),
    ),
    ...signals.addresses.map((each) => () => addAddress(draft, each)),
    ...[...new Set([...signals.recipients, ...signals.lists])].map(
      (each) => () => addListLength(draft, each, signals.recipients.includes(each)),
    ),
    ...signals.programs.map((each) => () => addProgramLength(draft, each)),
    ...signals.pageSizes.map((each) => () => addPageSize(draft, each)),
  ];
  for (const add of parts.slice(0, MAX_CONDITIONS)) add();
  if (parts.length > MAX_CONDITIONS) draft.leaveUnbounded(parts.length - MAX_CONDITIONS);
}

function addAmount(draft: Draft, argument: Argument, toolName: string): void {
  const { name, path, schema, isRequired } = argument;
  const max = amountCap(argument);
  const least = numberIn(schema, 'minimum') ?? numberIn(schema, 'exclusiveMinimum');
  draft.require(
    argument,
    { path, op: 'lte', value: max },
    `${name} is bounded for one call; ${max} is a start, set what your work needs.`,
  );
  if (isRequired) {
    draft.limit(
      {
        counter: `${toolName.slice(0, 100)}_${name.slice(0, 20)}`,
        window: 'day',
        max: 5 * max,
        sum: path,
      },
      `Many small calls add up: the sum of ${name} over a day is bounded too, and negative amounts are refused.`,
    );
  } else if (least === undefined || least < 0) {
    draft.require(
      argument,
      { path, op: 'gte', value: 0 },
      `A negative ${name} would pass a cap and turn the act around.`,
    );
  }
}

function amountCap({ name, schema }: Argument): number {
  const start = words.hasWord(name, words.CENTS)
    ? 10_000
    : words.hasWord(name, words.COUNTED)
      ? 10
      : 100;
  const least = numberIn(schema, 'minimum') ?? numberIn(schema, 'exclusiveMinimum') ?? 0;
  const most = numberIn(schema, 'maximum') ?? Number.POSITIVE_INFINITY;
  return Math.min(Math.max(start, 2 * Math.ceil(least)), most);
}

function addTextAmount(draft: Draft, argument: Argument): void {
  draft.require(
    argument,
    { path: argument.path, op: 'matches', value: '[0-9]{1,2}([.][0-9]{1,8})?' },
    `${argument.name} is a text, so its form is bounded: below 100, without sign or exponent.`,
  );
}

function addFlag(draft: Draft, argument: Argument): void {
  draft.require(
    argument,
    { path: argument.path, op: 'eq', value: false },
    `${argument.name} turns the act into one that loses data, so it stays off.`,
  );
}

function addHosts(draft: Draft, argument: Argument, named: string[]): void {
  const hosts = named.length > 0 ? named : [PLACEHOLDER_HOST];
  const why =
    named.length > 0
      ? `${argument.name} is an address the caller chooses; these are the hosts that the definition gives as examples.`
      : `${argument.name} is an address the caller chooses; put the hosts you trust in place of ${PLACEHOLDER_HOST}.`;
  draft.require(argument, each(argument, 'host_in', hosts), why);
}

const ROOTS: Record<PathKind, { roots: string[]; why: string }> = {
  local: {
    roots: [PLACEHOLDER_ROOT],
    why: `Keeps the path in one folder; put yours in place of ${PLACEHOLDER_ROOT}.`,
  },
  relative: {
    roots: ['.', PLACEHOLDER_ROOT],
    why: `Keeps the path below the folder it starts from; put your folder in place of ${PLACEHOLDER_ROOT}.`,
  },
  remote: {
    roots: ['.'],
    why: 'The path starts at the top of a project, so it is relative and must not climb out. Name a folder to narrow it.',
  },
};

function addRoot(draft: Draft, argument: Argument, kind: PathKind): void {
  const { roots, why } = ROOTS[kind];
  draft.require(argument, each(argument, 'within', roots), `${argument.name}: ${why}`);
}

function each(
  { path, ...argument }: Argument,
  op: 'host_in' | 'within',
  value: string[],
): ArgumentTest {
  return { path: isTextList({ path, ...argument }) ? `${path}[*]` : path, op, value };
}

function addAddress(draft: Draft, argument: Argument): void {
  draft.require(
    argument,
    { path: argument.path, op: 'matches', value: '[^@,;[:space:]]+@example[.]com' },
    `${argument.name}: one address, and on a domain you trust; put yours in place of example.com.`,
  );
}

function addListLength(draft: Draft, argument: Argument, isRecipients: boolean): void {
  const start = isRecipients ? MAX_RECIPIENTS : MAX_TARGETS;
  const stated = numberIn(argument.schema, 'maxItems') ?? start;
  const least = numberIn(argument.schema, 'minItems') ?? 0;
  draft.require(
    argument,
    {
      path: argument.path,
      op: 'max_items',
      value: Math.max(Math.min(start, stated), Math.ceil(least)),
    },
    isRecipients
      ? `An agent’s message to more than ${start} recipients in ${argument.name} is rarely meant.`
      : `One call with a long ${argument.name} does as much as many calls, so its length is bounded.`,
  );
}

function addProgramLength(draft: Draft, argument: Argument): void {
  draft.require(
    argument,
    { path: argument.path, op: 'max_length', value: MAX_PROGRAM },
    `What a person approves must be short enough to read.`,
  );
}

function addPageSize(draft: Draft, argument: Argument): void {
  const most = numberIn(argument.schema, 'maximum');
  const least = numberIn(argument.schema, 'minimum') ?? 0;
  const fallback = own(argument.schema, 'default');
  const stated = typeof fallback === 'number' ? fallback : 0;
  if (!isNumber(argument) || isList(argument) || (most !== undefined && most <= MAX_PAGE)) return;
  draft.require(
    argument,
    { path: argument.path, op: 'lte', value: Math.max(MAX_PAGE, stated, least) },
    `The results can hold personal data, so one call returns no more than ${argument.name} allows here.`,
  );
}
