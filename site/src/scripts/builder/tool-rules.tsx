import type { CatalogueTool } from '@toolwarden/catalogue';
import { escapePointer } from '@toolwarden/catalogue';
import { type Policy, ruleWords } from '@toolwarden/policy';
import { useId, useState } from 'preact/hooks';
import type { LoadedServer } from '../../lib/server-data.ts';
import { type Mode, modeOf, ruleOf, withMode } from '../../lib/workbench/policy-edits.ts';
import { hasToxicFlow, withToxicFlow } from '../../lib/workbench/toxic-flow.ts';
import { Crawled } from '../parts/crawled.tsx';
import { Level } from '../parts/level.tsx';
import { RuleEditor } from './rule-editor.tsx';
import type { Bench } from './use-bench.ts';

const MODE_TITLES: Record<Mode, string> = {
  unnamed: 'Not named',
  allow: 'Allow',
  approve: 'Ask a person',
  deny: 'Deny',
  hide: 'Hide',
};

/** The policy as forms: what happens to each tool. */
export function ToolRules({ bench }: { bench: Bench }) {
  const id = useId();
  const { policy, servers } = bench;
  return (
    <section class="pane" aria-labelledby={id}>
      <h2 id={id}>Rules</h2>
      {policy === undefined ? (
        <p class="notice">
          The text is no valid policy. Mend it as JSON first; the findings say where.
        </p>
      ) : (
        <>
          <Whole bench={bench} policy={policy} />
          {servers.length === 0 && (
            <p class="note">Tools of the servers you add stand here, each with its rule.</p>
          )}
          {servers.map((server) => (
            <ServerRules
              key={server.entry.record.id}
              bench={bench}
              policy={policy}
              server={server}
            />
          ))}
        </>
      )}
    </section>
  );
}

/** What holds for the whole document. */
function Whole({ bench, policy }: { bench: Bench; policy: Policy }) {
  const id = useId();
  const elsewhere = (['all_tools', 'classes', 'resources', 'prompts'] as const).filter(
    (key) => policy[key] !== undefined,
  );
  return (
    <div class="whole">
      <p class="field">
        <label for={`${id}-default`}>Tools that nothing names</label>
        <select
          id={`${id}-default`}
          value={policy.default}
          onChange={({ currentTarget: { value } }) =>
            bench.edit((now) => ({ ...now, default: value === 'allow' ? 'allow' : 'deny' }))
          }
        >
          <option value="deny">are denied</option>
          <option value="allow">are allowed</option>
        </select>
      </p>
      <p class="field">
        <label for={`${id}-pinning`}>A tool whose definition changed</label>
        <select
          id={`${id}-pinning`}
          value={policy.pinning ?? 'off'}
          onChange={({ currentTarget: { value } }) =>
            bench.edit(({ pinning: _before, ...now }) =>
              value === 'off' ? now : { ...now, pinning: value === 'warn' ? 'warn' : 'enforce' },
            )
          }
        >
          <option value="off">is called all the same</option>
          <option value="warn">is noted</option>
          <option value="enforce">is withheld</option>
        </select>
      </p>
      <label class="check">
        <input
          type="checkbox"
          checked={hasToxicFlow(policy)}
          onChange={({ currentTarget: { checked } }) =>
            bench.edit((now) => withToxicFlow(now, checked))
          }
        />{' '}
        Ask before anything leaves once private data and text by outsiders were read
      </label>
      {elsewhere.length > 0 && (
        <p class="note">
          Also in this policy, edited as JSON: {elsewhere.map((key) => `“${key}”`).join(', ')}.
        </p>
      )}
    </div>
  );
}

function ServerRules({
  bench,
  policy,
  server: { entry, name },
}: {
  bench: Bench;
  policy: Policy;
  server: LoadedServer;
}) {
  const id = useId();
  const [filter, setFilter] = useState('');
  const words = filter.toLowerCase().split(/\s+/);
  const shown = entry.tools.filter(({ definition }) =>
    words.every((word) => definition.name.toLowerCase().includes(word)),
  );
  return (
    <div class="server-rules">
      <h3>
        <Crawled text={name} length={80} isName />
      </h3>
      {entry.tools.length > 12 && (
        <p class="field">
          <label for={id}>Show tools named</label>
          <input
            id={id}
            type="search"
            value={filter}
            onInput={(event) => setFilter(event.currentTarget.value)}
          />
        </p>
      )}
      <ul class="tool-rules">
        {shown.map((tool) => (
          <ToolRule key={tool.definition.name} bench={bench} policy={policy} tool={tool} />
        ))}
      </ul>
    </div>
  );
}

function ToolRule({ bench, policy, tool }: { bench: Bench; policy: Policy; tool: CatalogueTool }) {
  const id = useId();
  const { name } = tool.definition;
  const mode = modeOf(policy, name);
  const rule = ruleOf(policy, name);
  const at = `/tools/${escapePointer(name)}`;
  const found = bench.findings.filter(
    ({ pointer }) => pointer === at || pointer.startsWith(`${at}/`),
  );
  // Such a name cannot be a key, or would be a pattern for other tools too.
  const isNameable =
    name !== '' && name.length <= 256 && name !== '__proto__' && !name.includes('*');
  return (
    <li>
      <div class="tool-line">
        <label for={id}>
          <code>
            <Crawled text={name} length={80} isName />
          </code>
        </label>
        <Level level={tool.judgement?.risk} />
        <select
          id={id}
          value={mode}
          disabled={!isNameable}
          onChange={({ currentTarget: { value } }) =>
            bench.edit((now) => withMode(now, name, value as Mode))
          }
        >
          {Object.entries(MODE_TITLES).map(([value, title]) => (
            <option key={value} value={value}>
              {title}
            </option>
          ))}
        </select>
      </div>
      {rule !== undefined && mode !== 'deny' && (
        <details>
          <summary>
            <Crawled text={ruleWords(rule)} length={300} />
          </summary>
          <RuleEditor bench={bench} tool={tool} rule={rule} />
        </details>
      )}
      {found.map(({ severity, code, message, pointer }) => (
        <p class="finding" data-severity={severity} key={`${pointer} ${code}`}>
          {severity === 'error' ? 'Error: ' : 'Warning: '}
          <Crawled text={message} length={300} />
        </p>
      ))}
    </li>
  );
}
