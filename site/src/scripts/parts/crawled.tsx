import { clip, visibleText } from '../../lib/visible-text.ts';

type Props = {
  text: string;
  length?: number;
  /** For names: lines may break after `_`, `-`, `.` and `/` before they break anywhere. */
  isName?: boolean;
};

/** A publisher's words, with what hides in them made visible and their direction kept to themselves. */
export function Crawled({ text, length = 200, isName = false }: Props) {
  const shown = visibleText(clip(text, length));
  if (!isName) return <bdi>{shown}</bdi>;
  const [first, ...rest] = shown.split(/(?<=[_./-])(?=[^_./-])/);
  return (
    <bdi>
      {first}
      {rest.flatMap((part) => [<wbr />, part])}
    </bdi>
  );
}
