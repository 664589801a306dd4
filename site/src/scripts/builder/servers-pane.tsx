import { type Profile, policySchema } from '@toolwarden/policy';
import { useId, useRef, useState } from 'preact/hooks';
import { printPolicy } from '../../lib/workbench/policy-edits.ts';
import { toolsListEntry } from '../../lib/workbench/tools-list.ts';
import { keepFragments, keptFragments } from '../my-policy/kept-fragments.ts';
import { Crawled } from '../parts/crawled.tsx';
import { ServerPicker } from '../parts/server-picker.tsx';
import type { Bench } from './use-bench.ts';

const PROFILES = [
  ['recommended', 'the recommended rules'],
  ['strict', 'the strict rules: plain reads only'],
  ['permissive', 'the permissive rules: wide limits'],
  ['none', 'no rules, I write them myself'],
] as const;

/** Which servers the policy is for. */
export function ServersPane({ bench }: { bench: Bench }) {
  const id = useId();
  const [profile, setProfile] = useState<Profile | 'none'>('recommended');
  return (
    <section class="pane" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>Servers and tools</h2>
      <ServerPicker
        label="Add a server or a tool of the catalogue"
        onPick={(picked) => void bench.pick(picked, profile)}
      />
      <p class="field">
        <label for={`${id}-profile`}>What is added brings</label>
        <select
          id={`${id}-profile`}
          value={profile}
          onChange={(event) => setProfile(event.currentTarget.value as Profile | 'none')}
        >
          {PROFILES.map(([value, title]) => (
            <option key={value} value={value}>
              {title}
            </option>
          ))}
        </select>
      </p>
      <PasteBox bench={bench} />
      <KeptTools />
      <ul class="picked">
        {bench.servers.map(({ name, entry }) => (
          <li key={entry.record.id}>
            <span>
              <Crawled text={name} length={80} />, {entry.tools.length}{' '}
              {entry.tools.length === 1 ? 'tool' : 'tools'}
            </span>
            <button
              type="button"
              onClick={() => bench.remove(entry.record.id)}
              aria-label={`Remove ${name} from the list; its rules stay`}
            >
              Remove
            </button>
          </li>
        ))}
      </ul>
      <div role="status">
        {bench.notices.map((notice) => (
          <p class="notice" key={notice}>
            <Crawled text={notice} length={400} />
          </p>
        ))}
      </div>
    </section>
  );
}

/** What was added on tools' pages, where there is anything. */
function KeptTools() {
  const [count, setCount] = useState(() => keptFragments().length);
  if (count === 0) return null;
  return (
    <p class="field">
      <a href="/builder?mine">
        My policy: {count} {count === 1 ? 'tool' : 'tools'} added on their pages
      </a>
      <button
        type="button"
        class="more"
        onClick={() => {
          keepFragments([]);
          setCount(keptFragments().length);
        }}
      >
        Forget them
      </button>
    </p>
  );
}

function PasteBox({ bench }: { bench: Bench }) {
  const id = useId();
  const field = useRef<HTMLTextAreaElement>(null);
  const use = () => {
    const said = readPasted(field.current?.value ?? '', bench);
    if (said === undefined && field.current !== null) field.current.value = '';
    bench.say(said ?? 'Taken over.');
  };
  return (
    <details>
      <summary>
        Paste a <code>tools/list</code> result or a policy
      </summary>
      <p class="field is-wide">
        <label for={id}>JSON; it stays in this browser</label>
        <textarea id={id} ref={field} rows={6} spellcheck={false} />
      </p>
      <button type="button" class="more" onClick={use}>
        Use this
      </button>
    </details>
  );
}

/** @returns what is wrong, where something is. */
function readPasted(text: string, bench: Bench): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return `This is not JSON: ${(error as Error).message}`;
  }
  const policy = policySchema.safeParse(value);
  if (policy.success) {
    bench.setText(printPolicy(policy.data));
    return undefined;
  }
  const entry = toolsListEntry(value, `pasted-${bench.servers.length + 1}`);
  if (entry === undefined) {
    const [issue] = policy.error.issues;
    return `This is no list of tools, and no policy either: ${issue?.path.join('.') || 'document'}: ${issue?.message}`;
  }
  bench.add({
    name: `Pasted list ${bench.servers.length + 1}`,
    args: [],
    env: [],
    tokens: 0,
    entry,
  });
  return undefined;
}
