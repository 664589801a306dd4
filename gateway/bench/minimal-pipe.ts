// The yardstick: the least that parses each message and writes a record of each call before passing it on. The record is
// as long as that of a decision, in a store with the same settings.
import { spawn } from 'node:child_process';
import { DatabaseSync } from 'node:sqlite';

const [file = '', program = '', ...args] = process.argv.slice(2);
const db = new DatabaseSync(file);
db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
  CREATE TABLE IF NOT EXISTS record (id INTEGER PRIMARY KEY, at INTEGER, tool TEXT, body TEXT)`);
const insert = db.prepare('INSERT INTO record (at, tool, body) VALUES (?, ?, ?)');
const RECORD_LENGTH = 800;
const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });

function lines(onLine: (line: Buffer) => void): (chunk: Buffer) => void {
  let held: Buffer = Buffer.alloc(0);
  return (chunk) => {
    let rest = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    for (let end = rest.indexOf(10); end !== -1; end = rest.indexOf(10)) {
      onLine(rest.subarray(0, end + 1));
      rest = rest.subarray(end + 1);
    }
    held = rest;
  };
}

process.stdin.on(
  'data',
  lines((line) => {
    const { method, params } = JSON.parse(line.toString());
    if (method === 'tools/call') {
      const body = JSON.stringify(params.arguments).slice(0, RECORD_LENGTH);
      insert.run(Date.now(), params.name, body.padEnd(RECORD_LENGTH));
    }
    child.stdin.write(line);
  }),
);
child.stdout.on(
  'data',
  lines((line) => {
    JSON.parse(line.toString());
    process.stdout.write(line);
  }),
);
process.stdin.on('end', () => child.stdin.end());
child.on('close', (code) => process.exit(code ?? 1));
