import { PassThrough } from 'node:stream';
import { type JsonValue, own } from '@toolwarden/catalogue';
import type { Link } from '../link/link-options.ts';
import type { Pending } from '../link/pending.ts';
import { encodeHeader } from '../protocol/name-header.ts';
import { headerParameters } from '../tools/header-parameters.ts';
import type { LiveTool } from '../tools/tool-table.ts';
import type { Listener, Via } from '../upstream/upstream.ts';
import { prepareTarget } from '../upstream/url-target.ts';
import { openUrlUpstream } from '../upstream/url-upstream.ts';
import type { ServerProcess } from './child.ts';

const MAX_ANSWER_BYTES = 8 * 1024 * 1024;
const PAUSE_MS = 1_000;
const LEAST_PAUSE_MS = 100;

/** A server over HTTP in the place of a process that was started: the same lines in, the same lines out. */
export function openUrlServer(
  address: string,
  headers: Record<string, string>,
  err: (line: string) => void,
): ServerProcess {
  const stdout = new PassThrough({ highWaterMark: 1024 * 1024 });
  const { promise: exited, resolve: setExit } = Promise.withResolvers<number>();
  let link: Link | undefined;
  let isOver = false;
  const end = async (code: number) => {
    if (isOver) return;
    isOver = true;
    await upstream.close();
    stdout.end();
    setExit(code);
  };
  const upstream = openUrlUpstream({
    target: prepareTarget(address, headers),
    maxAnswerBytes: MAX_ANSWER_BYTES,
    events: {
      onMessage(message, via) {
        if (via?.listener instanceof Stream) via.listener.saw(via);
        link?.fromServer(message, via);
      },
      onFailure: (pending, message) => link?.requestFailed(pending, message),
      isWaiting: (pending) => link?.isWaiting(pending) === true,
      onEnd(why) {
        err(why);
        void end(1);
      },
      note: err,
    },
  });
  const resume = (stream: Stream) => {
    if (!isOver) upstream.listen?.(stream, stream.lastEventId);
  };
  return {
    stdout,
    exited,
    write(message, about) {
      if (about?.origin instanceof Stream) {
        about.origin.isWanted = () => link?.isWaiting(about) === true;
      }
      upstream.send(message, about);
      // Only now does a server of the session era take a stream for what it says unasked.
      if (message.includes('"notifications/initialized"')) resume(new Stream(resume, () => true));
      return true;
    },
    onDrain() {},
    end: () => end(0),
    destroy: () => void end(2),
    attach(attached) {
      link = attached;
    },
    originOf: () => new Stream(resume, () => false),
    linkOptions: {
      cancelAtServer: (pending) => upstream.cancel(pending),
      transportProblem: addParamHeaders,
    },
  };
}

/** One stream of the server's, taken up again where it broke off. */
class Stream implements Listener {
  passedHeaders: string[] = [];
  lastEventId: string | undefined;
  readonly isFull = false;
  readonly #resume: (stream: Stream) => void;
  /** Whether anybody waits for what it may still say. */
  isWanted: () => boolean;
  #pauseMs = PAUSE_MS;

  constructor(resume: (stream: Stream) => void, isWanted: () => boolean) {
    this.#resume = resume;
    this.isWanted = isWanted;
  }

  saw({ eventId }: Via): void {
    if (eventId !== undefined) this.lastEventId = eventId;
  }

  mark(eventId: string | undefined, retry: number | undefined): void {
    if (eventId !== undefined) this.lastEventId = eventId;
    if (retry !== undefined) this.#pauseMs = retry;
  }

  ended(): void {
    if (!this.isWanted()) return;
    setTimeout(() => this.#resume(this), Math.max(this.#pauseMs, LEAST_PAUSE_MS)).unref();
  }

  streaming(): void {}
  refused(): void {}
  onDrain(): void {}
}

/** A client on stdio repeats no arguments in headers, so we do. */
function addParamHeaders({ origin, params, isStateless }: Pending, { definition }: LiveTool) {
  const found = headerParameters(definition);
  if (!isStateless || !(origin instanceof Stream) || typeof found === 'string') return undefined;
  origin.passedHeaders = found.flatMap(({ path, header }) => {
    const value = path.reduce<JsonValue | undefined>(
      (holder, key) => own(holder, key),
      own(params, 'arguments'),
    );
    if (value === undefined || value === null || typeof value === 'object') return [];
    return [`Mcp-Param-${header}`, encodeHeader(String(value))];
  });
  return undefined;
}
