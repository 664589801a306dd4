import { readdirSync, readFileSync } from 'node:fs';
import {
  isJsonObject,
  type JsonObject,
  type ToolDefinition,
  toolDigest,
} from '@toolwarden/catalogue';
import type { Decision, Policy } from '../src/index.ts';

/** A call as `toolwarden policy decide` reads it, and what must come of it. */
type CaseCall = {
  server?: string;
  tool: string;
  arguments?: JsonObject;
  grant?: string;
  session?: string;
  at?: number | string;
  classification?: JsonObject;
  definition?: ToolDefinition;
  expect: Partial<Pick<Decision, 'effect' | 'rules'>>;
};

/** A policy and calls that are made one after the other, with counters that start empty. */
export type Case = { name: string; policy: Policy; calls: CaseCall[] };

type Row = { name: string; arguments: JsonObject; is: 'true' | 'false' | 'unknown' | 'error' };
type OperatorFile = { about: string; groups: { condition: JsonObject; rows: Row[] }[] };
type DecisionFile = { about: string; cases: Case[] };

/** Every row of the operators' files, with the condition that it is judged by. */
export function operatorRows(): { condition: JsonObject; row: Row }[] {
  return read<OperatorFile>('operators').flatMap(({ groups }) =>
    groups.flatMap(({ condition, rows }) => rows.map((row) => ({ condition, row }))),
  );
}

/** All cases: the specification by example. A row of an operator gives two, under `require` and under `deny_if`. */
export function loadCases(): Case[] {
  const operators = read<OperatorFile>('operators').flatMap(({ name, groups }) =>
    groups.flatMap(({ condition, rows }) =>
      rows.flatMap((row) => casesOfRow(`${name}: ${JSON.stringify(condition)}`, condition, row)),
    ),
  );
  const decisions = read<DecisionFile>('decisions').flatMap(({ name, cases }) =>
    cases.map((each) => ({
      ...each,
      name: `${name}: ${each.name}`,
      calls: each.calls.map(fillDigest),
    })),
  );
  return [...operators, ...decisions];
}

function casesOfRow(group: string, condition: JsonObject, row: Row): Case[] {
  const policy = (rule: object) =>
    ({ version: '1', default: 'deny', tools: { t: rule } }) as unknown as Policy;
  const call = (rule: string, isAllowed: boolean): CaseCall => ({
    tool: 't',
    arguments: row.arguments,
    expect: isAllowed
      ? { effect: 'allow', rules: ['/tools/t'] }
      : { effect: 'deny', rules: [`/tools/t/${rule}/0`] },
  });
  const isDenied = row.is === 'true' || row.is === 'error';
  return [
    {
      name: `${group} under require, ${row.name}`,
      policy: policy({ require: [condition] }),
      calls: [call('require', row.is === 'true')],
    },
    {
      name: `${group} under deny_if, ${row.name}`,
      policy: policy({ deny_if: [{ conditions: [condition] }] }),
      calls: [call('deny_if', !isDenied)],
    },
  ];
}

// A case cannot know the digest of its own definition by heart.
function fillDigest(call: CaseCall): CaseCall {
  const { classification, definition } = call;
  if (classification?.['toolDigest'] !== '@digest' || definition === undefined) return call;
  return { ...call, classification: { ...classification, toolDigest: toolDigest(definition) } };
}

function read<File extends object>(folder: string): (File & { name: string })[] {
  const url = new URL(`./${folder}/`, import.meta.url);
  return readdirSync(url)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => {
      const content: unknown = JSON.parse(readFileSync(new URL(file, url), 'utf8'));
      if (!isJsonObject(content)) throw new TypeError(`${folder}/${file}: expected an object`);
      return { ...(content as File), name: file.replace(/\.json$/, '') };
    });
}
