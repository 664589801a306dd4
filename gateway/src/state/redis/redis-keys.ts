/**
 * Where things lie in Redis. The part in braces is what Redis Cluster hashes, so that everything a script touches lies
 * on one node.
 */
export const keys = {
  /** Which store this is, the latest time that was charged, and how many charges there were. */
  meta: '{tw}:meta',
  /** What a call was charged, while it may be asked again or given back. */
  call: (callId: string) => `{tw}:call:${callId}`,
  /** The charges of one counter, a sorted set by time. */
  counter: (key: string) => `{tw}:counter:${key}`,
  grant: (id: string) => `{tw}:grant:${id}`,
  grants: '{tw}:grants',
  /** The grant of a token's hash. */
  token: (hash: string) => `{tw}:token:${hash}`,
  approval: (id: string) => `{tw}:approval:${id}`,
  /** Deleted by itself when the question's time is over: arguments may hold secrets. */
  approvalArguments: (id: string) => `{tw}:approval-arguments:${id}`,
  approvals: '{tw}:approvals',
  /** The latest question about one exact call. */
  binding: (binding: string) => `{tw}:binding:${binding}`,
  /** The questions of a grant that wait, by when they end. */
  pending: (grant: string) => `{tw}:pending:${grant}`,
};
