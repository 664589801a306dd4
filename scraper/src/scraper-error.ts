/** A crawl or an import that cannot begin, or must not end in a change. A server that cannot be listed is no error but a record with a reason. */
export class ScraperError extends Error {
  override readonly name = 'ScraperError';
  readonly code:
    | 'address-refused'
    | 'answer-too-large'
    | 'bad-source'
    | 'disk-full'
    | 'drop-refused'
    | 'locked'
    | 'no-sandbox'
    | 'redis-evicts'
    | 'redis-unreachable'
    | 'registry-answer'
    | 'registry-unreachable'
    | 'work-list';

  constructor(code: ScraperError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
