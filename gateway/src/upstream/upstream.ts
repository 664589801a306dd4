import type { Pending } from '../link/pending.ts';

/** What the two sides of a link are told by, whatever carries the messages. */
export type UpstreamEvents = {
  /** A message of the server. */
  onMessage: (message: Buffer, via?: Via) => void;
  /** A request has no answer coming, or one that cannot be read. */
  onFailure: (pending: Pending, message: string) => void;
  /** Whether a request still waits. */
  isWaiting: (pending: Pending) => boolean;
  /** Nothing more will come, and nothing can be sent. */
  onEnd: (why: string) => void;
  /** Something an operator should know. */
  note: (what: string) => void;
};

/** One client's way to one server. */
export type Upstream = {
  /** `about` is the request that the message is; without it nobody waits for an answer. */
  send(message: string, about?: Pending): void;
  /** Ends a request here; `true` where that needs no message. */
  cancel(pending: Pending): boolean;
  /** Resolves once what was sent without waiting has arrived, or failed to. */
  readonly settled: Promise<void>;
  /** Whether so much waits for a server that does not read that no more may be sent. */
  readonly isFull?: boolean;
  /** Opens the stream of what the server says unasked; answers the listener itself. Absent where there is none. */
  listen?(listener: Listener, lastEventId: string | undefined): void;
  /** Stops and starts reading what the server says. */
  pause(): void;
  resume(): void;
  close(): Promise<void>;
};

/** By what stream of the server a message came, and where that stream leads. */
export type Via = {
  /** The client's stream that mirrors it. */
  listener?: Listener;
  /** The server's own name for the event. */
  eventId?: string;
  isStream: boolean;
  /** The status of the answer, where it is not 200. */
  status?: number;
};

/** A client's stream in front, as an upstream sees it. */
export type Listener = {
  /** The headers of the request that opened it, as far as they may be passed on. */
  readonly passedHeaders: readonly string[];
  /** The server has begun to stream: the client should know. */
  streaming(): void;
  /** An event without a message: where to take up again, and when. */
  mark(eventId: string | undefined, retry: number | undefined): void;
  /** The stream has ended at the server. */
  ended(): void;
  /** The server does not stream. */
  refused(status: number): void;
  readonly isFull: boolean;
  onDrain(resume: () => void): void;
  /** Hears, once, that nobody listens here any more. */
  onGone?(end: () => void): void;
};
