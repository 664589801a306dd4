import type { CatalogueTool } from '@toolwarden/catalogue';

/** What is held to be true of a tool. */
export type Judgement = NonNullable<CatalogueTool['judgement']>;
