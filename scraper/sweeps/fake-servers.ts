import {
  type ServerId,
  type ServerRecord,
  type ServerSource,
  type ToolDefinition,
  toolDigest,
} from '@toolwarden/catalogue';
import type { Sandbox } from '../src/sandbox/sandbox.ts';

/** Two states of the same imagined servers, between which everything happens that can happen to a server. */
export type Generation = 'first' | 'between' | 'second';

/** What becomes of a server, by the last digit of its number. */
const FATES = [
  'stays',
  'changes',
  'changes',
  'changes',
  'changes',
  'swaps',
  'crashes',
  'goes',
  'returns',
  'comes',
] as const;

export function fakeSources(count: number, generation: Generation): ServerSource[] {
  const numbers = Array.from({ length: count }, (_, index) => index);
  return numbers
    .filter((number) => generation === 'second' || fateOf(number) !== 'comes')
    .map((number) => ({ id: `npm:fake-${String(number).padStart(4, '0')}` as ServerId }));
}

/** The record a crawl of one of them gives. */
export function fakeRecord(id: ServerId, generation: Generation): ServerRecord {
  const number = Number(id.slice(-4));
  const fate = fateOf(number);
  const isSecond = generation === 'second';
  const base = { id, version: isSecond ? '2.0.0' : '1.0.0', configurations: [], tools: [] };
  if (isSecond && fate === 'crashes')
    return { ...base, outcome: 'failed', reason: 'crashed', detail: 'exit 1' };
  if ((isSecond && fate === 'goes') || (generation === 'between' && fate === 'returns'))
    return { ...base, outcome: 'failed', reason: 'not-found', detail: 'E404' };
  const words = isSecond && fate === 'changes' ? 'Reads a note, and its history.' : 'Reads a note.';
  // Now and then a large one, so that a kill also falls into the middle of a write.
  const length = number % 50 === 1 ? 40_000 : 40;
  const tools = [
    tool('read_note', `${words} ${'So it says. '.repeat(length)}`),
    tool(isSecond && fate === 'swaps' ? 'write_note_2' : 'write_note', 'Writes a note.'),
  ];
  return {
    ...base,
    ...(fate === 'stays' && { version: '1.0.0' }),
    outcome: 'complete',
    configurations: [{ name: 'default', args: [], env: [] }],
    tools: tools.map((definition) => ({
      definition,
      digest: toolDigest(definition),
      configurations: ['default'],
    })),
  };
}

function fateOf(number: number): (typeof FATES)[number] {
  return FATES[number % FATES.length] as (typeof FATES)[number];
}

function tool(name: string, description: string): ToolDefinition {
  return { name, description, inputSchema: { type: 'object' } };
}

/** A sandbox for crawls that start nothing. */
export const noServers: Sandbox = {
  id: 'none',
  version: '',
  isIsolated: false,
  isRelayed: false,
  start: () => Promise.reject(new Error('nothing is started here')),
  ownerOf: () => undefined,
};
