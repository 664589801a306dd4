import type { Guard } from '../guard.ts';
import type { Note, Outcome } from '../state/state.ts';
import type { PendingLimits } from './pending.ts';

/** One client and one server, and what stands between them. Knows messages, not streams. */
export type Link = {
  fromClient(line: Buffer): void;
  fromServer(line: Buffer): void;
  /** Ends what waited too long; to be called about once a second. */
  tick(): void;
  /** The server is gone: everything that waits is answered, as far as anyone can know. */
  serverEnded(): void;
  readonly inFlight: number;
};

/** What a link works with. Texts to either side are whole messages without their line end, bytes are whole lines. */
export type LinkOptions = {
  guard: Guard;
  /** Names this connection where calls are counted by session. */
  session: string;
  toClient: (message: string | Buffer) => void;
  toServer: (message: string) => void;
  outcome: (callId: string, outcome: Outcome) => void;
  undo: (callId: string) => void;
  note: (kind: Note['kind'], detail: Note['detail']) => void;
  /** Hears the names of the tools whenever the server lists them. */
  onTools?: (names: string[]) => void;
  clock: () => number;
  limits: PendingLimits;
  /** What a person adds to the command that answers an approval. */
  stateOption?: string;
};

/** Codes of the errors that the gateway answers itself. */
export const code = {
  timeout: -32001,
  serverGone: -32000,
  invalidRequest: -32600,
  unknownMethod: -32601,
  invalidParams: -32602,
  internal: -32603,
};
