import { createReadStream } from 'node:fs';
import { type CatalogueEntry, joinEntry, parseServerId } from '@toolwarden/catalogue';
import { openStore } from '@toolwarden/catalogue/store';
import {
  type CompiledPolicy,
  checkPatterns,
  checkPolicyText,
  compilePolicy,
  type Finding,
  type Policy,
} from '@toolwarden/policy';
import type * as z from 'zod';
import { CliError } from '../../command.ts';
import type { Io } from '../../io.ts';
import { resolvePath } from '../../paths.ts';

// A larger file is no policy and no test; reading it whole would only fill the memory.
const MAX_TEXT = 64 * 1024 * 1024;

/** Reads a file a person named; `-` is stdin. A byte order mark, which some editors leave behind, is passed over. */
export async function readText(io: Io, path: string): Promise<string> {
  const text = path === '-' ? await readBounded(io.stdin, 'stdin') : await readNamed(io, path);
  return text.replace(/^\uFEFF/, '');
}

async function readNamed(io: Io, path: string): Promise<string> {
  try {
    // Read piece by piece, because the size of a device or pipe is not known beforehand.
    return await readBounded(createReadStream(resolvePath(io, path)), path);
  } catch (cause) {
    if (cause instanceof CliError) throw cause;
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new CliError('input', `policy: ${path}: ${READ_ERRORS[code ?? ''] ?? message}`, {
      cause,
    });
  }
}

const READ_ERRORS: Record<string, string> = {
  ENOENT: 'there is no such file',
  EISDIR: 'a folder; expected a file',
  EACCES: 'may not be read by this user',
};

async function readBounded(chunks: Io['stdin'], name: string): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of chunks) {
    text += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
    if (text.length > MAX_TEXT) throw new CliError('input', `policy: ${name}: more than 64 MiB`);
  }
  return text + decoder.decode();
}

/** Reads JSON from a file, or one of the names a JSON value has in it. */
export async function readJson(io: Io, path: string): Promise<unknown> {
  return parseJson(await readText(io, path), path);
}

/** Parses JSON; what is none is an error that names the file. */
export function parseJson(text: string, path: string): unknown {
  const value = parsed(text, path);
  if (isNestedDeeper(value, MOST_LEVELS))
    throw new CliError('input', `policy: ${path}: nested deeper than ${MOST_LEVELS} levels`);
  return value;
}

/** More than a gateway takes of any call; who reads on goes down level by level, and must come to an end. */
const MOST_LEVELS = 100;

function isNestedDeeper(value: unknown, most: number): boolean {
  let level = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > most) return true;
    level = level.flatMap((each) =>
      typeof each === 'object' && each !== null ? Object.values(each) : [],
    );
  }
  return false;
}

function parsed(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CliError('input', `policy: ${path}: not JSON (${(cause as Error).message})`, {
      cause,
    });
  }
}

/** Reads values that a schema knows; the first thing wrong is named with its place. */
export function parseAs<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  where: string,
): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const place = issue?.path.length ? `/${issue.path.join('/')}: ` : '';
  throw new CliError('input', `policy: ${where}: ${place}${issue?.message}`);
}

/** All findings for a policy's text: JSON, schema, lint, and the pattern engine's own. */
export async function findingsFor(text: string, entry?: CatalogueEntry): Promise<Finding[]> {
  const findings = checkPolicyText(text, entry ? { entry } : {});
  const known = new Set(
    findings.filter(({ code }) => code === 'pattern-refused').map(({ pointer }) => pointer),
  );
  const refused = (await checkPatterns(text)).filter(({ pointer }) => !known.has(pointer));
  return [...findings, ...refused].sort((a, b) => a.line - b.line || a.column - b.column);
}

/** A policy that a command works with; one that is not valid ends the command at its first error. */
export async function readPolicy(
  io: Io,
  path: string,
): Promise<{ policy: Policy; compiled: CompiledPolicy; text: string }> {
  const text = await readText(io, path);
  const findings = await findingsFor(text);
  const first = findings.find(({ code }) => STOPPING.includes(code));
  if (first) {
    const { line, column, message } = first;
    throw new CliError(
      'input',
      `policy: ${path}:${line}:${column}: ${message}; see toolwarden policy check ${path}`,
    );
  }
  const policy = JSON.parse(text) as Policy;
  return { policy, compiled: await compilePolicy(policy), text };
}

const STOPPING: readonly Finding['code'][] = [
  'json-syntax',
  'unknown-key',
  'missing-key',
  'invalid-value',
  'pattern-refused',
];

/** A server of the catalogue, joined with what is known of its tools. */
export async function readEntry(io: Io, id: string, dataDir: string): Promise<CatalogueEntry> {
  const parsed = parseServerId(id);
  if (!parsed.ok) throw new CliError('usage', `policy: ${parsed.problem}`);
  const store = openStore(resolvePath(io, dataDir));
  const record = await store.readServer(parsed.id);
  if (record === undefined) {
    throw new CliError(
      'input',
      `policy: ${dataDir} holds no server ${parsed.id}; crawl it first: toolwarden crawl ${parsed.id}`,
    );
  }
  const [judged, corrected] = await Promise.all([
    store.readClassifications(parsed.id),
    store.readCorrections(parsed.id),
  ]);
  return joinEntry(record, judged, corrected);
}

/** A value that a command cannot do without. */
export function need(command: string, option: string, value: string | undefined): string {
  if (value !== undefined) return value;
  throw new CliError(
    'usage',
    `policy ${command}: ${option} is missing; see toolwarden policy ${command} --help`,
  );
}
