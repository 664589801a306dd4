import type { ServerSource } from '@toolwarden/catalogue';

/** Something of a source that could not be used; its neighbours are not affected. */
export type SourceProblem = { where: string; message: string };
export type Found = { sources: ServerSource[]; problems: SourceProblem[] };

/** A place that names servers to crawl. */
export type SourceOfServers<Options> = {
  id: string;
  /** What it is, in a sentence for people. */
  meaning: string;
  read: (options: Options) => Promise<Found>;
};

export function defineSource<Options>(source: SourceOfServers<Options>): SourceOfServers<Options> {
  return source;
}
