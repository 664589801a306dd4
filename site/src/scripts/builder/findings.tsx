import { useId } from 'preact/hooks';
import { Crawled } from '../parts/crawled.tsx';
import type { Bench } from './use-bench.ts';

const SHOWN = 50;

/** What the validator says of the whole document. */
export function Findings({ bench: { findings } }: { bench: Bench }) {
  const id = useId();
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const warnings = findings.length - errors;
  return (
    <section class="pane" aria-labelledby={id}>
      <h2 id={id}>Findings</h2>
      <p role="status" class="note">
        {findings.length === 0
          ? 'Valid, and nothing odd about it.'
          : `${errors} ${errors === 1 ? 'error' : 'errors'}, ${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`}
      </p>
      <ul class="findings">
        {findings.slice(0, SHOWN).map(({ pointer, severity, code, message, line }) => (
          <li key={`${pointer} ${code} ${message}`} data-severity={severity}>
            <strong>{severity === 'error' ? 'Error' : 'Warning'}</strong>, line {line}{' '}
            <code>
              <Crawled text={pointer === '' ? '/' : pointer} length={160} />
            </code>
            : <Crawled text={message} length={400} />
          </li>
        ))}
      </ul>
    </section>
  );
}
