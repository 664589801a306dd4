import type { JsonValue } from '@toolwarden/catalogue';
import { readExactly } from '../responses/read-exactly.ts';
import type { Listener, Via } from '../upstream/upstream.ts';
import type { Part } from './part.ts';

/** A server that breaks off its answer so often is not waited for. */
const MOST_RESUMES = 100;
const LEAST_RESUME_MS = 100;
const RESUME_MS = 1_000;
const LONGEST_RESUME_MS = 30_000;

/** A client's exchange in front, as far as what is joined needs it. */
export type ClientSide = {
  readonly passedHeaders: readonly string[];
  /** What an error is sent with unless the server's own status stands. */
  status: number;
  /** Whether anybody waits there. */
  readonly isOpen: boolean;
  streaming(): void;
  readonly isFull: boolean;
  onDrain(resume: () => void): void;
};

/** What a server gave for a request of the join's own; `isOurs` where the server itself said nothing. */
export type Answered =
  | { result: JsonValue; length: number }
  | { error: JsonValue; isOurs: boolean };

/**
 * Where a request to one of the servers comes from, and where its stream leads. The names that a server gives to its
 * events would mean nothing to a client of several, so a stream that breaks is taken up again from here.
 */
export class Origin implements Listener {
  readonly part: Part;
  readonly passedHeaders: readonly string[] = [];
  isOver = false;
  #lastEventId: string | undefined;
  #waitMs = RESUME_MS;
  #resumes = 0;

  constructor(part: Part) {
    this.part = part;
  }

  get isFull(): boolean {
    return false;
  }

  onDrain(resume: () => void): void {
    resume();
  }

  streaming(): void {}

  mark(eventId: string | undefined, retry: number | undefined): void {
    this.saw(eventId);
    if (retry !== undefined)
      this.#waitMs = Math.min(LONGEST_RESUME_MS, Math.max(LEAST_RESUME_MS, retry));
  }

  /** An event of this name came. */
  saw(eventId: string | undefined): void {
    if (eventId !== undefined) this.#lastEventId = eventId;
  }

  ended(): void {
    if (++this.#resumes <= MOST_RESUMES) this.resumeIn(this.#waitMs);
  }

  refused(_status: number): void {}

  protected resumeIn(ms: number): void {
    const { upstream } = this.part;
    const resume = () => {
      if (this.isOver || this.part.upstream !== upstream) return;
      upstream?.listen?.(this, this.#lastEventId);
    };
    setTimeout(resume, ms).unref();
  }
}

/** A request of the join's own. */
export class OwnRequest extends Origin {
  readonly #done: (answered: Answered) => void;

  constructor(part: Part, done: (answered: Answered) => void) {
    super(part);
    this.#done = done;
  }

  /** Takes the answer. What the gateway says itself comes as a text, what the server says as its bytes. */
  take(message: string | Buffer, isOurs = typeof message === 'string'): void {
    this.isOver = true;
    const answer = readExactly(message.toString()) as { result: JsonValue } | { error: JsonValue };
    const { length } = message;
    this.#done(
      'result' in answer ? { result: answer.result, length } : { error: answer.error, isOurs },
    );
  }
}

/** What the server says unasked, to a session: for as long as the session is, however often its stream breaks. */
export class Ear extends Origin {
  override ended(): void {
    this.resumeIn(RESUME_MS);
  }

  override refused(status: number): void {
    // Any other status says that it has no such stream.
    if (status >= 500) this.resumeIn(LONGEST_RESUME_MS);
  }
}

/** A request of the client that goes to one server. */
export class Routed extends Origin {
  readonly front: ClientSide | undefined;
  readonly method: string;
  override readonly passedHeaders: readonly string[];

  constructor(part: Part, front: ClientSide | undefined, method: string, isStateless: boolean) {
    super(part);
    this.front = front;
    this.method = method;
    // In the session era each server has agreed on a revision of its own.
    this.passedHeaders = isStateless ? (front?.passedHeaders ?? []) : [];
  }

  override get isFull(): boolean {
    return this.front?.isFull === true;
  }

  override onDrain(resume: () => void): void {
    if (this.front === undefined) resume();
    else this.front.onDrain(resume);
  }

  override streaming(): void {
    this.front?.streaming();
  }

  get status(): number {
    return this.front?.status ?? 200;
  }

  set status(status: number) {
    if (this.front !== undefined) this.front.status = status;
  }
}

/** How an answer goes on to the client: without names of events, and not on a stream of the server's. */
export function onwards(via: Via | undefined): Via | undefined {
  if (via === undefined) return undefined;
  return { isStream: via.isStream, ...(via.status !== undefined && { status: via.status }) };
}
