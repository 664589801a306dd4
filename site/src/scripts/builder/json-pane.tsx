import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { shareFragment } from '../../lib/workbench/share-link.ts';
import { copyText, download } from '../parts/save.ts';
import type { CodeEditor } from './code-editor.ts';
import type { Bench } from './use-bench.ts';

/** The policy as text: shown, copied, shared, and edited once somebody asks for it. */
export function JsonPane({ bench }: { bench: Bench }) {
  const id = useId();
  const [said, setSaid] = useState('');
  const [isEditing, setEditing] = useState(false);
  const { text } = bench;
  const copy = async () =>
    setSaid((await copyText(text)) ? 'Copied' : 'The browser does not allow copying.');
  const share = async () => {
    const servers = bench.servers
      .filter(({ entry }) => !entry.record.id.startsWith('config:pasted-'))
      .map(({ entry }) => entry.slug);
    const hash = await shareFragment({ policy: text, servers });
    history.replaceState(null, '', `${location.pathname}${hash}`);
    setSaid(
      (await copyText(location.href))
        ? 'Link copied. What follows # is not sent to any server.'
        : 'The link stands in the address bar.',
    );
  };
  return (
    <section class="pane" aria-labelledby={id}>
      <h2 id={id}>policy.json</h2>
      <p class="buttons">
        <button type="button" class="copy" onClick={() => void copy()}>
          Copy
        </button>
        <button type="button" class="more" onClick={() => download('policy.json', text)}>
          Download
        </button>
        <button type="button" class="more" onClick={() => void share()}>
          Share as a link
        </button>
        <button type="button" class="more" disabled={!bench.canUndo} onClick={bench.undo}>
          Undo
        </button>
        <button type="button" class="more" disabled={!bench.canRedo} onClick={bench.redo}>
          Redo
        </button>
      </p>
      <p role="status" class="note">
        {said}
      </p>
      {isEditing ? (
        <EditedText bench={bench} />
      ) : (
        <>
          <section aria-label="Text of the policy">
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so it must be reached by keyboard */}
            <pre class="json" tabIndex={0}>
              <code>{text}</code>
            </pre>
          </section>
          <p class="buttons">
            <button type="button" class="more" onClick={() => setEditing(true)}>
              Edit as JSON
            </button>
            <a class="more" href="#try">
              Try calls
            </a>
          </p>
        </>
      )}
    </section>
  );
}

/** The editor with completion and errors, or a plain field where it could not be loaded. */
function EditedText({ bench }: { bench: Bench }) {
  const place = useRef<HTMLDivElement>(null);
  const editor = useRef<CodeEditor | undefined>(undefined);
  const [isPlain, setPlain] = useState(false);
  const latest = useRef(bench);
  latest.current = bench;

  useEffect(() => {
    let isGone = false;
    import('./code-editor.ts')
      .then(({ openCodeEditor }) => {
        if (isGone || place.current === null) return;
        editor.current = openCodeEditor(place.current, {
          text: latest.current.text,
          onChange: (text) => latest.current.setText(text, 'typing'),
          findings: () => latest.current.findings,
          tools: () =>
            latest.current.servers.flatMap(({ entry }) => entry.tools.map((tool) => tool)),
        });
        editor.current.focus();
      })
      .catch(() => setPlain(true));
    return () => {
      isGone = true;
      editor.current?.close();
    };
  }, []);
  useEffect(() => editor.current?.setText(bench.text), [bench.text]);
  useEffect(() => editor.current?.showFindings(), [bench.findings]);

  if (isPlain)
    return (
      <textarea
        class="code-field"
        rows={24}
        spellcheck={false}
        aria-label="policy.json"
        value={bench.text}
        onInput={(event) => bench.setText(event.currentTarget.value, 'typing')}
      />
    );
  return (
    <>
      <div class="code-editor" ref={place} />
      <p class="note">Ctrl+Space completes; Escape, then Tab leaves the editor.</p>
    </>
  );
}
