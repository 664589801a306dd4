/** What a command may touch of the world around it; tests pass their own. */
export type Io = {
  stdin: AsyncIterable<string | Uint8Array>;
  /** Writes a line to stdout. */
  out: (line: string) => void;
  /** Writes a line to stderr. */
  err: (line: string) => void;
  env: Record<string, string | undefined>;
  cwd: string;
  /** Whether a person reads stdout on a terminal. */
  isTty: boolean;
};

/** The process's own streams. Lines never interleave: each is written whole. */
export function processIo(): Io {
  return {
    stdin: process.stdin,
    out: (line) => void process.stdout.write(`${line}\n`),
    err: (line) => void process.stderr.write(`${line}\n`),
    env: process.env,
    cwd: process.cwd(),
    isTty: process.stdout.isTTY === true,
  };
}
