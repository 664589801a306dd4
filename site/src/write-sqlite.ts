import { DatabaseSync } from 'node:sqlite';
import { serverLine, toolLine } from './lib/bulk-lines.ts';
import type { CatalogueView } from './lib/catalogue-view.ts';

/** No dates and no random values: the same catalogue gives the same file. */
const SCHEMA = `
CREATE TABLE servers (id TEXT PRIMARY KEY, name TEXT, url TEXT, version TEXT, outcome TEXT, reason TEXT, gone INTEGER, tools INTEGER) STRICT;
CREATE TABLE tools (server TEXT REFERENCES servers, tool TEXT, url TEXT, level TEXT, category TEXT, label TEXT, digest TEXT, PRIMARY KEY (server, tool)) STRICT;
CREATE TABLE traits (server TEXT, tool TEXT, trait TEXT, PRIMARY KEY (server, tool, trait)) STRICT;
CREATE TABLE attacks (id TEXT PRIMARY KEY, title TEXT, kind TEXT, url TEXT, gateway TEXT, verification TEXT, summary TEXT) STRICT;
CREATE INDEX tools_by_level ON tools (level);
CREATE INDEX traits_by_trait ON traits (trait);
`;

/** Writes the catalogue as an SQLite file. A level that is NULL is not known, which is not to be safe. */
export function writeSqlite(catalogue: CatalogueView, file: string): void {
  const db = new DatabaseSync(file);
  try {
    db.exec('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;');
    db.exec(`${SCHEMA} BEGIN`);
    const server = db.prepare('INSERT INTO servers VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
    for (const each of catalogue.servers) {
      const line = serverLine(each);
      const { id, name, url, version, outcome, reason, isGone, tools } = line;
      server.run(id, whole(name), url, version, outcome, reason, Number(isGone), tools);
    }
    const tool = db.prepare('INSERT INTO tools VALUES (?, ?, ?, ?, ?, ?, ?)');
    const trait = db.prepare('INSERT INTO traits VALUES (?, ?, ?)');
    for (const each of catalogue.tools) {
      const line = toolLine(each);
      const name = whole(line.tool);
      tool.run(line.server, name, line.url, line.level, line.category, line.label, line.digest);
      for (const held of line.traits ?? []) trait.run(line.server, name, held);
    }
    const attack = db.prepare('INSERT INTO attacks VALUES (?, ?, ?, ?, ?, ?, ?)');
    for (const { id, title, kind, gateway, verification, summary } of catalogue.attacks)
      attack.run(id, title, kind, `/attacks/${id}`, gateway.stops, verification, summary);
    db.exec('COMMIT; VACUUM');
  } finally {
    db.close();
  }
}

// SQLite's texts are UTF-8 and end at the first NUL for many readers; half a character has no place in them.
function whole(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\ufffd');
}
