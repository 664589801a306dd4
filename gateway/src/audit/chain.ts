import { hash } from 'node:crypto';

/** A record as it is stored: its text, and the hash that the next record names. */
export type ChainLink = { seq: number; body: string; hash: string };

/** Where a chain stands. */
export type ChainHead = { name: string; seq: number; hash: string };

/** What the first record of a chain names as the one before it. */
export function firstHash(name: string): string {
  return hash('sha256', `toolwarden audit 1 ${name}`);
}

/**
 * The next record of a chain. Its text says which chain, which number and what came before, and is hashed as it is: who
 * verifies needs no canonical form, only the bytes. A record is an object, or the JSON of one.
 */
export function nextLink({ name, seq, hash: prev }: ChainHead, record: object | string): ChainLink {
  const json = typeof record === 'string' ? record : JSON.stringify(record);
  const body = oneLine(`${linkStart(name, seq + 1, prev)}${json.slice(1)}`);
  return { seq: seq + 1, body, hash: linkHash(body) };
}

/** How the text of a record begins, whatever it holds. */
export function linkStart(name: string, seq: number, prev: string): string {
  return `{"chain":"${name}","seq":${seq},"prev":"${prev}",`;
}

/** The hash of a record's text; the text names the record before it, so this covers all before it. */
export function linkHash(body: string): string {
  return hash('sha256', body);
}

/** A record as a line of JSON: its text with the hash at the end. */
export function exportLine(body: string, recordHash: string): string {
  return `${body.slice(0, -1)},"hash":"${recordHash}"}`;
}

const LINE = /^(\{"chain":"([0-9a-z-]{1,64})","seq":([1-9]\d{0,15}),.*),"hash":"([0-9a-f]{64})"\}$/;

/** Takes a line of an export apart; `undefined` where it is none. */
export function readExportLine(line: string) {
  const [, start, name, seq, recordHash] = LINE.exec(line) ?? [];
  if (start === undefined || name === undefined || recordHash === undefined) return undefined;
  return { name, seq: Number(seq), body: `${start}}`, hash: recordHash };
}

// JSON leaves these as they are, but some readers take them for the end of a line, and terminals obey them.
const UNSAFE = /[\u007f-\u009f\u2028\u2029]/;
const ALL_UNSAFE = new RegExp(UNSAFE, 'g');

function oneLine(json: string): string {
  if (!UNSAFE.test(json)) return json;
  return json.replaceAll(
    ALL_UNSAFE,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
