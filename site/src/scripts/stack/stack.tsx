import { useId, useRef, useState } from 'preact/hooks';
import { type Analysis, analyse } from './analyse.ts';
import { StackResult } from './stack-result.tsx';

const MAX_FILE = 4 * 1024 ** 2;

/** Three well-known servers, for those who want to see the page at work before they give it anything. */
const EXAMPLE = JSON.stringify({
  mcpServers: Object.fromEntries(
    ['github', 'slack', 'puppeteer'].map((name) => [
      name,
      { command: 'npx', args: ['-y', `@modelcontextprotocol/server-${name}`] },
    ]),
  ),
});

/** Takes a configuration by paste, drop or file, and shows what comes of it. */
export function Stack() {
  const id = useId();
  const field = useRef<HTMLTextAreaElement>(null);
  const [analysis, setAnalysis] = useState<Analysis>();
  const [said, setSaid] = useState('');
  const [isOver, setOver] = useState(false);

  const take = async (text: string) => {
    // What was pasted may hold secrets, so it does not stay on the page.
    if (field.current !== null) field.current.value = '';
    setSaid('Looking the servers up …');
    try {
      const found = await analyse(text);
      if ('problem' in found) return setSaid(found.problem);
      setAnalysis(found);
      const all = found.recognised.length + found.unknown.length;
      setSaid(`${found.recognised.length} of ${all} servers are in the catalogue.`);
    } catch (error) {
      setSaid(`The catalogue could not be read: ${(error as Error).message}`);
    }
  };
  const takeFile = async (file: File | undefined) => {
    if (file === undefined) return;
    if (file.size > MAX_FILE) return setSaid('This file is longer than any configuration.');
    await take(await file.text());
  };

  return (
    <>
      <section
        class={`pane drop${isOver ? ' is-over' : ''}`}
        aria-labelledby={`${id}-title`}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          const { files, items } = event.dataTransfer ?? {};
          if (files?.[0]) void takeFile(files[0]);
          else items?.[0]?.getAsString((text) => void take(text));
        }}
      >
        <h2 id={`${id}-title`}>Your configuration</h2>
        <p class="note">
          Claude Desktop, Claude Code, Cursor, VS Code, Windsurf, Gemini CLI, Codex (TOML) or a{' '}
          <code>gateway.json</code>. It is not uploaded, not kept, and cleared from the field once
          read; of the servers found in the catalogue, their public data is fetched from this site.
        </p>
        <p class="field is-wide">
          <label for={`${id}-text`}>Paste or drop it here</label>
          <textarea
            id={`${id}-text`}
            ref={field}
            rows={5}
            spellcheck={false}
            autocomplete="off"
            onPaste={(event) => {
              const text = event.clipboardData?.getData('text');
              if (!text) return;
              event.preventDefault();
              void take(text);
            }}
          />
        </p>
        <p class="buttons">
          <button type="button" class="copy" onClick={() => void take(field.current?.value ?? '')}>
            Look it up
          </button>
          <label class="file">
            Or open the file{' '}
            <input
              type="file"
              accept=".json,.jsonc,.toml,application/json"
              onChange={({ currentTarget }) => {
                void takeFile(currentTarget.files?.[0]);
                currentTarget.value = '';
              }}
            />
          </label>
        </p>
        <p role="status">{said}</p>
      </section>
      {analysis ? (
        <StackResult analysis={analysis} />
      ) : (
        <section class="pane" aria-labelledby={`${id}-comes`}>
          <h2 id={`${id}-comes`}>What comes of it</h2>
          <ul class="plain">
            <li>Every tool your agent can call, by level of risk.</li>
            <li>
              What the servers could leak together: private data, text by outsiders, a way out.
            </li>
            <li>What their definitions cost of each conversation.</li>
            <li>One policy for all of them, and your configuration with it in front.</li>
          </ul>
          <p>
            <button type="button" class="more" onClick={() => void take(EXAMPLE)}>
              Show it with three well-known servers
            </button>
          </p>
        </section>
      )}
    </>
  );
}
