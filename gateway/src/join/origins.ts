import type { JsonValue } from '@toolwarden/catalogue';
import { readExactly } from '../responses/read-exactly.ts';
import type { Listener, Via } from '../upstream/upstream.ts';
import type { Part } from './part.ts';

/** A server that breaks off its answer so often is not waited for. */
const MOST_RESUMES = 100;
const RESUME_MS = 1_000;
const LONGEST_RESUME_MS = 30_000;

/** A client's exchange in front, as far as what is joined needs it. */
export type Front = {
  readonly passedHeaders: readonly string[];
  /** What an error is sent with unless the server's own status stands. */
  status: number;
  streaming(): void;
  readonly isFull: boolean;
  onDrain(resume: () => void): void;
};

/** What a server gave for a request of the join's own; `isOurs` where the server itself said nothing. */
export type Answered = { result: JsonValue } | { error: JsonValue; isOurs: boolean };

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
    if (retry !== undefined) this.#waitMs = Math.min(LONGEST_RESUME_MS, Math.max(100, retry));
  }

  /** An event of this name came. */
  saw(eventId: string | undefined): void {
    if (eventId !== undefined) this.#lastEventId = eventId;
  }

  ended(): void {
    if (this.isOver || ++this.#resumes > MOST_RESUMES) return;
    const { upstream } = this.part;
    const resume = () => {
      if (!this.isOver && this.part.upstream === upstream)
        upstream?.listen?.(this, this.#lastEventId);
    };
    setTimeout(resume, this.#waitMs).unref();
  }

  refused(_status: number): void {}
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
    this.#done('result' in answer ? answer : { error: answer.error, isOurs });
  }
}

/** What the server says unasked, to a session. */
export class Ear extends Origin {}

/** A request of the client that goes to one server. */
export class Routed extends Origin {
  readonly front: Front | undefined;
  readonly method: string;
  override readonly passedHeaders: readonly string[];

  constructor(part: Part, front: Front | undefined, method: string, isStateless: boolean) {
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
