import { open, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { isJsonObject, own } from '@toolwarden/catalogue';
import type { Installed } from './install.ts';

/** The command of a package to start: its name under `node_modules/.bin`, and what runs it. */
type Bin = { name: string; argv: (places: { node: string; package: string }) => string[] };
export type BinChoice =
  | { ok: true; bin: Bin }
  | { ok: false; reason: 'no-command' | 'runtime-missing'; detail: string };

/** Commands of a package by linked name: a scoped key is linked under its last part. */
export function binsOf(name: string, manifest: unknown): Map<string, string> {
  const bin = own(manifest, 'bin');
  const last = (key: string) => key.slice(key.lastIndexOf('/') + 1);
  if (typeof bin === 'string') return new Map([[last(name), bin]]);
  if (!isJsonObject(bin)) return new Map();
  const bins = Object.entries(bin).map(([key, path]) => [last(key), path] as const);
  return new Map(
    bins.filter(
      (pair): pair is [string, string] =>
        typeof pair[1] === 'string' && /^[\w.@+-]+$/.test(pair[0]) && !/^\.*$/.test(pair[0]),
    ),
  );
}

/** Chooses as npx does, then by a guess: a person's choice, the only one, the package's own name, one that says "mcp". */
export function chooseBinName(
  bins: Map<string, string>,
  packageName: string,
  wished: string | undefined,
): string | undefined {
  const names = [...bins.keys()];
  const own = packageName.slice(packageName.lastIndexOf('/') + 1);
  if (wished !== undefined) return names.find((name) => name === wished);
  // Several names for one file are one command.
  if (new Set(bins.values()).size === 1) return bins.has(own) ? own : names[0];
  if (bins.has(own)) return own;
  return names.find((name) => /mcp/i.test(name)) ?? undefined;
}

/** Finds the command of an installed package and how it is to be run. */
export async function chooseBin(
  installed: Installed,
  packageDir: string,
  wished: string | undefined,
): Promise<BinChoice> {
  const bins = binsOf(installed.name, installed.manifest);
  const name = chooseBinName(bins, installed.name, wished);
  if (name === undefined) {
    const detail =
      bins.size === 0
        ? 'the package has no command'
        : `none of its commands was chosen: ${[...bins.keys()].slice(0, 10).join(', ')}`;
    return { ok: false, reason: 'no-command', detail };
  }
  const file = await realpath(join(packageDir, 'node_modules/.bin', name)).catch(() => undefined);
  if (!file?.startsWith((await realpath(packageDir)) + sep))
    return { ok: false, reason: 'no-command', detail: `its command ${name} is not in the package` };
  const interpreter = await interpreterOf(file);
  if (interpreter && /^(bun|deno|tsx|ts-node|python3?|uvx?|java|ruby|php)$/.test(interpreter))
    return { ok: false, reason: 'runtime-missing', detail: `its command wants ${interpreter}` };
  const inside = file.slice((await realpath(packageDir)).length);
  const argv = (places: { node: string; package: string }) =>
    interpreter === undefined && /\.[cm]?js$/.test(file)
      ? [places.node, `${places.package}${inside}`]
      : [`${places.package}/node_modules/.bin/${name}`];
  return { ok: true, bin: { name, argv } };
}

/** The program a script's first line names; undefined for a binary, or where there is none. */
async function interpreterOf(file: string): Promise<string | undefined> {
  const handle = await open(file, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(256), 0, 256, 0);
    const line = buffer.subarray(0, bytesRead).toString('latin1').split('\n', 1)[0] ?? '';
    if (!line.startsWith('#!')) return undefined;
    const words = line.slice(2).trim().split(/\s+/);
    const program = words.find((word) => !/(^|\/)env$|^-/.test(word) && !word.includes('='));
    return program?.slice(program.lastIndexOf('/') + 1);
  } finally {
    await handle.close();
  }
}
