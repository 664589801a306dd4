import { clip, visibleText } from '../../lib/visible-text.ts';

/** A publisher's words, with what hides in them made visible and their direction kept to themselves. */
export function Crawled({ text, length = 200 }: { text: string; length?: number }) {
  return <bdi>{visibleText(clip(text, length))}</bdi>;
}
