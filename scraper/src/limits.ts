const KIB = 1024;
const MIB = 1024 * KIB;

/** Everything that bounds what one server may cost. Times are in milliseconds on the monotonic clock. */
export const defaultLimits = {
  /** Installing the package and all it depends on. */
  installMs: 240_000,
  /** From the start of the process to the answer to `initialize`. */
  startMs: 30_000,
  /** Each later request. */
  requestMs: 20_000,
  /** All attempts to list one server together, installing not included. */
  serverMs: 120_000,
  /** One message; a longer one ends the attempt at once, without keeping more of it. */
  lineBytes: 8 * MIB,
  stdoutBytes: 64 * MIB,
  /** What is kept of stderr, in UTF-16 units: its beginning and its end; after ten times as many bytes it is left. */
  stderrBytes: MIB,
  /** Lines and messages that are no part of the protocol. */
  junkMessages: 1000,
  pages: 200,
  tools: 5000,
  // Lengths of strings, in UTF-16 units and not in bytes.
  nameCharacters: 1024,
  /** A title, a description, the instructions. */
  descriptionCharacters: 64 * KIB,
  /** Each other field as JSON, and each prompt or resource. */
  schemaCharacters: 256 * KIB,
  /** One definition as JSON, after its fields were cut. */
  definitionCharacters: 512 * KIB,
  /** All prompts together, all resources together. */
  listCharacters: 8 * MIB,
  /** Nesting of one definition. */
  depth: 64,
  memoryBytes: 512 * MIB,
  processes: 64,
  /** Node with a large dependency tree opens more than 256 files while it loads modules in parallel. */
  openFiles: 1024,
  /** Each of the folders a server may write to, and any one file. */
  diskBytes: 256 * MIB,
  cpuSeconds: 60,
  /** Address space, a backstop only: 4 GiB break WebAssembly, whose guard regions alone take 10 GiB each (measured). */
  addressBytes: 64 * 1024 * MIB,
  /** Attempts beyond the first, each with more help than the one before. */
  coaxRounds: 6,
};
export type CrawlLimits = typeof defaultLimits;
