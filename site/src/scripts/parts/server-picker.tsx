import { useEffect, useId, useRef, useState } from 'preact/hooks';
import type { NameHit } from '../../lib/names-search.ts';
import { loadNames } from '../search-panel.ts';
import { Crawled } from './crawled.tsx';

const SHOWN = 8;
const ASKED = 60;

/** What was picked: a server, and the tool of it where a tool was. */
export type Picked = { slug: string; tool?: string };

/** Finds servers and tools of the catalogue by name, as one types. */
export function ServerPicker({
  label,
  onPick,
  serversOnly = false,
}: {
  label: string;
  onPick: (picked: Picked) => void;
  serversOnly?: boolean;
}) {
  const id = useId();
  const [text, setText] = useState('');
  const [hits, setHits] = useState<NameHit[]>([]);
  // What the hits are for. Enter pressed before they are there takes the first of those that come.
  const answered = useRef('');
  const isEntered = useRef(false);
  const [status, setStatus] = useState('');
  const list = useRef<HTMLUListElement>(null);
  const field = useRef<HTMLInputElement>(null);

  useEffect(() => {
    let isStale = false;
    if (text.trim() === '') {
      answered.current = '';
      setHits([]);
      setStatus('');
      return;
    }
    const query = { text: text.trim(), level: [], category: [], server: '' };
    loadNames()
      .ask(query, ASKED)
      .then((answer) => {
        if (isStale) return;
        const wanted = serversOnly ? ['server'] : ['server', 'tool'];
        const found = wanted
          .flatMap((kind) => answer.hits.filter((hit) => hit.kind === kind))
          .slice(0, SHOWN);
        setHits(found);
        answered.current = text;
        if (isEntered.current && found[0]) return pick(found[0]);
        setStatus(
          found.length === 0 ? 'Nothing in the catalogue has this name.' : `${found.length} shown`,
        );
      })
      .catch(() => {
        if (!isStale) setStatus('The list of names could not be loaded.');
      });
    return () => {
      isStale = true;
    };
  }, [text, serversOnly]);

  const pick = (hit: NameHit) => {
    const [, , slug = '', , tool] = hit.url.split('/');
    onPick({ slug, ...(tool !== undefined && { tool: hit.name }) });
    isEntered.current = false;
    setText('');
    field.current?.focus();
  };
  const move = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const buttons = [...(list.current?.querySelectorAll('button') ?? [])];
    if (event.key === 'Escape') setText('');
    if (event.key === 'Enter' && event.target === field.current) {
      event.preventDefault();
      if (answered.current !== text) isEntered.current = text.trim() !== '';
      else if (hits[0]) pick(hits[0]);
    }
    if (step === undefined || buttons.length === 0) return;
    event.preventDefault();
    const place = buttons.indexOf(document.activeElement as HTMLButtonElement) + step;
    (place < 0 ? field.current : buttons[Math.min(place, buttons.length - 1)])?.focus();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys move between the field and the buttons in it
    <div class="picker" onKeyDown={move}>
      <label for={id}>{label}</label>
      <input
        ref={field}
        id={id}
        type="search"
        autocomplete="off"
        spellcheck={false}
        value={text}
        onFocus={() => void loadNames()}
        onInput={(event) => {
          isEntered.current = false;
          setText(event.currentTarget.value);
        }}
      />
      <ul ref={list}>
        {hits.map((hit) => (
          <li key={hit.url}>
            <button type="button" onClick={() => pick(hit)}>
              <span class="result-name">
                <Crawled text={hit.name} />
              </span>{' '}
              <span class="result-server">
                {hit.kind === 'server' ? (
                  'server, all its tools'
                ) : (
                  <Crawled text={`of ${hit.server}`} />
                )}
              </span>
            </button>
          </li>
        ))}
      </ul>
      <p class="note" role="status">
        {status}
      </p>
    </div>
  );
}
