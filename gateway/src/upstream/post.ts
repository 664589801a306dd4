/** One message on its way to a server, and what becomes of it. */
export type Post = {
  /** Ends it here, whatever the server does. */
  destroy(): void;
};

/** Sends one message to a server's address; `headers` are names and values in turn. */
export type SendPost = (message: string, headers: readonly string[], events: PostEvents) => Post;

/** Opens a stream at a server's address. */
export type SendGet = (headers: readonly string[], events: PostEvents) => Post;

/** What is heard of a post. Nothing is heard before the call that sends it returns. */
export type PostEvents = {
  /** An answer has begun. Who does not read it here and now is not interested in its body. */
  onAnswer: (answer: Answer) => void;
  /** No answer began: the system's code, or what was wrong. */
  onFailure: (code: string) => void;
  /** Nothing more comes. Heard last, and once. */
  onClose: () => void;
};

/** What a server answers to a post. */
export type Answer = {
  readonly status: number;
  /** The value of a header, by its name in small letters; several are one, with commas. */
  header(name: AnswerHeader): string | undefined;
  read(reader: BodyReader): void;
  /** Stops and starts the reading of what has not come yet. */
  pause(): void;
  resume(): void;
  destroy(): void;
};

/** What is read of an answer's headers. */
export type AnswerHeader = 'content-type' | 'content-length' | 'mcp-session-id';

/** Takes the body of an answer. */
export type BodyReader = {
  onData: (piece: Buffer) => void;
  /** Heard last, and once: whether the body came whole. */
  onEnd: (isWhole: boolean) => void;
};

/** The headers of every post, and of every stream that is opened. */
export const POSTED = [
  ...['Accept', 'application/json, text/event-stream'],
  ...['Content-Type', 'application/json'],
];
export const STREAMED = ['Accept', 'text/event-stream'];

/** Of a body that nobody reads so much is let pass, for the sake of the connection. */
export const MOST_UNREAD_BYTES = 64 * 1024;

const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const NOT_IN_A_VALUE = /[^\t\x20-\x7e\x80-\xff]/;

/** Whether names and values in turn stay what they are when they are written as lines of a head. */
export function areSendable(headers: readonly string[]): boolean {
  for (let at = 0; at < headers.length; at += 2) {
    if (!NAME.test(headers[at] as string)) return false;
    if (NOT_IN_A_VALUE.test(headers[at + 1] as string)) return false;
  }
  return true;
}
