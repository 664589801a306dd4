// Prints so many records of one chain, as `toolwarden audit export` does, with a checkpoint file every thousand.

import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { decisionRecord, outcomeRecord } from '../src/audit/audit-record.ts';
import { type ChainHead, exportLine, firstHash, nextLink } from '../src/audit/chain.ts';
import { openCheckpointSigner } from '../src/audit/checkpoint.ts';
import type { CallEntry } from '../src/state/state.ts';

const [count = '1000000', keys = '', checkpoints = ''] = process.argv.slice(2);
const signer = openCheckpointSigner(keys);
const signed = createWriteStream(checkpoints, { mode: 0o600 });
const START = 1_800_000_000_000;

function recordAt(number: number): object | string {
  const at = START + number;
  const callId = `call-${number >> 1}`;
  if (number % 2 === 1) return outcomeRecord(callId, at, { kind: 'answered', bytes: number });
  const entry: CallEntry = {
    ...{ callId, method: 'tools/call', server: 'npm:@acme/notes', tool: 'read_note', at },
    ...{ grant: 'local', arguments: {}, argumentsText: '{}', isObserved: false },
  };
  const key = '["npm:@acme/notes","local","rule:/tools/read_note/limits/0",60000]';
  const counters = [{ key, charged: 1, used: number % 60, max: 60, windowMs: 60_000 }];
  const decision = {
    ...{ effect: 'allow' as const, rules: ['/tools/read_note'], reason: 'allowed', counters },
    policyDigest: `sha256:${'a'.repeat(64)}` as const,
  };
  return decisionRecord(entry, { decision }, 'b'.repeat(64), []);
}

let head: ChainHead = { name: 'bench-1', seq: 0, hash: firstHash('bench-1') };
let text = '';
for (let number = 0; number < Number(count); number++) {
  const { seq, body, hash } = nextLink(head, recordAt(number));
  head = { ...head, seq, hash };
  text += `${exportLine(body, hash)}\n`;
  if (seq % 1000 !== 0) continue;
  signed.write(`${signer.sign({ chain: head.name, count: seq, root: hash, at: START })}\n`);
  if (!process.stdout.write(text)) await once(process.stdout, 'drain');
  text = '';
}
process.stdout.write(text);
signed.end();
