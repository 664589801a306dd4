import { lstatSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pagesIn, readHead, readPageLines, type StateHead } from './build-state.ts';
import { serverUrl } from './lib/urls.ts';
import {
  dropPage,
  dropServerFiles,
  dropServerPage,
  hasServerPages,
  linkPage,
  linkServerFiles,
  linkServerPage,
} from './server-files.ts';

/** Servers that both sites have; true where its own page will be written anew, and nothing need be laid for it. */
type Names = ReadonlyMap<string, boolean>;

/**
 * Makes `into` the folder of a site that is no longer needed, with the servers' files of the site in `from`: where the two
 * differ little, as two builds in a row do, that costs little, while to link every file costs the same each time. Nothing
 * else is left in it. False where there is no such site, or it does not fit; then `into` is not there.
 */
export async function layServers(
  spare: string,
  into: string,
  {
    from,
    head,
    names,
  }: { from: string; head: Pick<StateHead, 'version' | 'origin'>; names: Names },
): Promise<boolean> {
  try {
    // Whoever has moved it has it alone. Where this process is killed, it is gone, and never half of one site and half of another.
    await rename(spare, into);
  } catch {
    return false;
  }
  try {
    // Of a link only the link is ours: what it leads to may be served.
    if (!lstatSync(into).isDirectory()) throw new Error('not a folder');
    const other = await readHead(into);
    if (other?.version !== head.version || other.origin !== head.origin)
      throw new Error('made by other code, or for another place');
    const [lines, wanted] = [await readPageLines(into), await readPageLines(from)];
    // Nobody serves it, so nobody sees that somebody began to remove it.
    for (const [name, line] of lines)
      if (!hasServerPages(into, name, Object.keys(pagesIn(line)).length))
        throw new Error('not whole');
    dropAllButServers(into);
    for (const name of new Set([...lines.keys(), ...wanted.keys()]))
      layServer(name, names.get(name), {
        from,
        into,
        line: lines.get(name),
        wanted: wanted.get(name),
      });
    return true;
  } catch {
    // Without it everything is linked, as where there was none.
    rmSync(into, { recursive: true, force: true });
    return false;
  }
}

function layServer(
  name: string,
  isRenewed: boolean | undefined,
  {
    from,
    into,
    line,
    wanted,
  }: { from: string; into: string; line: string | undefined; wanted: string | undefined },
): void {
  if (isRenewed === undefined || wanted === undefined) dropServerFiles(into, name);
  else if (line === undefined) layWhole(name, from, into, wanted);
  else if (line !== wanted) layPages(name, isRenewed, { from, into, line, wanted });
}

// A server without pages has no files: its record could not be used.
function layWhole(name: string, from: string, into: string, wanted: string): void {
  dropServerFiles(into, name);
  if (Object.keys(pagesIn(wanted)).length > 0) linkServerFiles(from, into, name);
}

function layPages(
  name: string,
  isRenewed: boolean,
  { from, into, line, wanted }: { from: string; into: string; line: string; wanted: string },
): void {
  const [has, should] = [pagesIn(line), pagesIn(wanted)];
  const own = serverUrl(name);
  if (should[own] === undefined || has[own] === undefined) {
    layWhole(name, from, into, wanted);
    return;
  }
  if (has[own] !== should[own]) {
    dropServerPage(into, name);
    if (!isRenewed) linkServerPage(from, into, name);
  }
  for (const url of Object.keys({ ...has, ...should })) {
    if (url === own || has[url] === should[url]) continue;
    dropPage(into, url);
    if (should[url] === undefined) continue;
    mkdirSync(join(into, dirname(url)), { recursive: true });
    linkPage(from, into, url);
  }
}

/** All else is made or linked anew, as its files do not say whose they are. */
function dropAllButServers(site: string): void {
  for (const name of readdirSync(site))
    if (name !== 'servers') rmSync(join(site, name), { recursive: true });
  // Pages of the list of servers, see `serversUrl`.
  rmSync(join(site, 'servers', 'all'), { recursive: true, force: true });
}
