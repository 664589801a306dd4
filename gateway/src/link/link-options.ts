import type { Guard } from '../guard.ts';
import type { ClientMessage } from '../protocol/client-message.ts';
import type { Eventually, Note, Outcome, State } from '../state/state.ts';
import type { LiveTool } from '../tools/tool-table.ts';
import type { Pending, PendingLimits } from './pending.ts';

/** One client and one server, and what stands between them. Knows messages, not streams. */
export type Link = {
  fromClient(line: Buffer): void;
  /** A message that was read already; what answers it goes to the same `origin`. */
  fromClientMessage(message: ClientMessage, origin?: object): void;
  /** `via` says by which stream of the server it came, for a front that has several. */
  fromServer(line: Buffer, via?: object): void;
  /** The client no longer waits for what came from this origin, and wants it ended. */
  clientLeft(origin: object): void;
  /** A request will have no answer, or none that can be read; the client is told so, once. */
  requestFailed(pending: Pending, message: string): void;
  /** Whether a request still has no answer. */
  isWaiting(pending: Pending): boolean;
  /** Ends what waited too long; to be called about once a second. */
  tick(): void;
  /** The server is gone: everything that waits is answered, as far as anyone can know. */
  serverEnded(): void;
  readonly inFlight: number;
  /** How many of them wait for a person's answer. */
  readonly held: number;
};

/** What a link works with. Texts to either side are whole messages without their line end, bytes are whole lines. */
export type LinkOptions = {
  guard: Guard;
  /** Names this connection where calls are counted by session. */
  session: string;
  /** Takes answers; `false` where nobody is there to take one. */
  toClient: (message: string | Buffer, origin?: object, via?: object) => unknown;
  /** Takes what answers no request of the client, if it goes another way. */
  tellClient?: (message: string, origin?: object, via?: object) => unknown;
  /** `about` is the request that the message is. */
  toServer: (message: string, about?: Pending) => void;
  /** Ends a request at the server; `true` where it needs no message for that. */
  cancelAtServer?: (pending: Pending, reason: string) => boolean;
  /** What the transport says against a call of a tool that is listed, before it is judged. */
  transportProblem?: (
    pending: Pending,
    tool: LiveTool,
    isListed: () => boolean,
  ) => TransportProblem | undefined;
  /** The caller of a request who was only recalled; absent where all were looked up. */
  recalled?: (origin: object | undefined) => RecalledCaller | undefined;
  /** Whether who sent a request may still call, for one that waited for a person; absent where that cannot change. */
  mayStillCall?: (origin: object | undefined) => Eventually<boolean>;
  /** Several clients of one identity share this connection, so ids and progress tokens are theirs only with us. */
  isShared?: boolean;
  outcome: (callId: string, outcome: Outcome) => void;
  undo: (callId: string) => void;
  /** How it stands with a question that a person may answer. */
  approvalStatus: State['approvalStatus'];
  note: (kind: Note['kind'], detail: Note['detail']) => void;
  /** Hears the names of the tools whenever the server lists them. */
  onTools?: (names: string[]) => void;
  clock: () => number;
  limits: PendingLimits;
  /** After so long a list of tools is asked for anew, where no notice of a change may come. */
  listAgeMs?: number;
  /** The same where a policy enforces pins: until then a list holds without another look; every call looks if absent. */
  pinAgeMs?: number;
  /** Where the pages are on which people answer approvals; `undefined` where there are none. */
  approvalPages?: () => string | undefined;
  /** What a person adds to the command that answers an approval. */
  stateOption?: string;
};

/** Whoever was let in as the one they were a moment ago: whether that still holds the record of the call finds out. */
export type RecalledCaller = {
  readonly tokenHash: string;
  /** Looks them up, because something leaves before there is a record. Where they may not call, no answer reaches them. */
  lookUp(): Eventually<boolean>;
  /** A record was made for them, so they may call. */
  wasRecorded(): void;
};

/** Why a call contradicts the transport that carried it, as an error of the protocol. */
export type TransportProblem = { code: number; message: string };

/** Codes of the errors that the gateway answers itself. */
export const code = {
  timeout: -32001,
  serverGone: -32000,
  invalidRequest: -32600,
  unknownMethod: -32601,
  invalidParams: -32602,
  internal: -32603,
};

/** Gives the client what answers none of its requests. */
export function tell(options: LinkOptions, message: string, origin?: object, via?: object) {
  return (options.tellClient ?? options.toClient)(message, origin, via);
}
