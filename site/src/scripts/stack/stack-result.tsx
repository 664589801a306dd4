import { useId, useState } from 'preact/hooks';
import { distributionBars } from '../../lib/distribution.ts';
import { levelKey, levelTitle } from '../../lib/level-words.ts';
import type { ConfiguredServer } from '../../lib/stack/configured-server.ts';
import type { StackTool, StackView } from '../../lib/stack/stack-view.ts';
import { gatewayConfiguration, wrappedServers } from '../../lib/stack/wrap-configuration.ts';
import { attackUrl, serverUrl, toolUrl } from '../../lib/urls.ts';
import { printPolicy } from '../../lib/workbench/policy-edits.ts';
import { shareFragment } from '../../lib/workbench/share-link.ts';
import { Crawled } from '../parts/crawled.tsx';
import { Level } from '../parts/level.tsx';
import { copyText, download } from '../parts/save.ts';
import type { Analysis } from './analyse.ts';

/** What was found: which servers, which tools, what they allow together, and what to put in front of them. */
export function StackResult({ analysis }: { analysis: Analysis }) {
  const { view } = analysis;
  return (
    <>
      <Servers analysis={analysis} />
      {view.tools.length > 0 && (
        <>
          <Together view={view} />
          <Tools view={view} />
          <PolicyPart analysis={analysis} />
        </>
      )}
    </>
  );
}

const KINDS: Record<ConfiguredServer['kind'], string> = {
  npm: 'an npm package the catalogue does not have',
  pypi: 'a Python package, which this page cannot look up',
  image: 'a container image, which this page cannot look up',
  url: 'a remote server the catalogue does not have',
  other: 'a program of your own, or started in a way that names no package',
};

function Servers({ analysis: { recognised, unknown } }: { analysis: Analysis }) {
  const id = useId();
  return (
    <section class="pane" aria-labelledby={id}>
      <h2 id={id}>Servers</h2>
      <ul class="picked">
        {recognised.map(({ name, version, isOff, loaded: { entry, name: title } }) => (
          <li key={name}>
            <span>
              <strong>
                <Crawled text={name} length={80} />
              </strong>
              {': '}
              <a href={serverUrl(entry.slug)}>
                <Crawled text={title} length={80} />
              </a>
              , {entry.tools.length} {entry.tools.length === 1 ? 'tool' : 'tools'}
              {isOff && ', turned off and not counted'}
              {version !== undefined && version !== entry.record.version && (
                <span class="note">
                  {' '}
                  You run {version}; the catalogue judged{' '}
                  <Crawled text={entry.record.version} length={40} />.
                </span>
              )}
            </span>
          </li>
        ))}
      </ul>
      {unknown.length > 0 && (
        <>
          <h3>Not recognised</h3>
          <ul class="picked">
            {unknown.map(({ name, kind }) => (
              <li key={name}>
                <span>
                  <strong>
                    <Crawled text={name} length={80} />
                  </strong>
                  : {KINDS[kind]}. Its tools are missing below.
                </span>
              </li>
            ))}
          </ul>
          <p>
            What these servers can do is not known here, which is not to say that it is harmless. To
            judge them on your own machine:{' '}
            <code>npx toolwarden crawl npm:NAME --data my-data</code>, then{' '}
            <code>npx toolwarden classify --data my-data</code>.
          </p>
        </>
      )}
    </section>
  );
}

function Together({ view: { legs, isToxic, attacks, tokens, tools } }: { view: StackView }) {
  const id = useId();
  const shownTokens = tokens.toLocaleString('en');
  return (
    <section class="pane" aria-labelledby={id}>
      <h2 id={id}>Together</h2>
      <p class={isToxic ? 'notice' : undefined}>
        {isToxic ? (
          <>
            <strong>These servers can leak together.</strong> An agent with them can read private
            data, read text that outsiders wrote, and send something out: a planted text is enough.
          </>
        ) : (
          'At least one of the three parts of a leak is missing: private data, text by outsiders, a way out.'
        )}
      </p>
      <div class="legs">
        {legs.map(({ trait, title, tools: giving }) => (
          <div key={trait}>
            <h3>{title}</h3>
            {giving.length === 0 ? (
              <p class="note">No tool does.</p>
            ) : (
              <ul>
                {giving.slice(0, 6).map((each) => (
                  <li key={keyOf(each)}>
                    <ToolName of={each} />
                  </li>
                ))}
                {giving.length > 6 && <li class="note">and {giving.length - 6} more</li>}
              </ul>
            )}
          </div>
        ))}
      </div>
      {attacks.length > 0 && (
        <>
          <h3>Attacks that need more than one of them</h3>
          <ul class="attacks">
            {attacks.map(({ attack, because }) => (
              <li key={attack.id}>
                <a href={attackUrl(attack.id)}>{attack.title}</a>
                <p class="note">
                  <Crawled text={because} length={400} />
                </p>
              </li>
            ))}
          </ul>
        </>
      )}
      <p>
        Definitions of all {tools.length} tools take about <strong>{shownTokens} tokens</strong> of
        every conversation, {((tokens / 200_000) * 100).toFixed(1)} % of a window of 200,000.
      </p>
    </section>
  );
}

const keyOf = ({ server, tool }: StackTool) => `${server.entry.slug} ${tool.slug}`;

function ToolName({ of: { server, tool } }: { of: StackTool }) {
  return (
    <>
      <a href={toolUrl(server.entry.slug, tool.slug)}>
        <code>
          <Crawled text={tool.definition.name} length={60} />
        </code>
      </a>{' '}
      <span class="note">
        <Crawled text={server.name} length={50} />
      </span>
    </>
  );
}

const SHOWN = 100;

function Tools({ view }: { view: StackView }) {
  const id = useId();
  const [isAll, setAll] = useState(false);
  const { bars, label } = distributionBars(view.levels);
  const shown = isAll ? view.tools : view.tools.slice(0, SHOWN);
  return (
    <section class="pane" aria-labelledby={id}>
      <h2 id={id}>Every tool the agent can call</h2>
      <svg
        class="distribution"
        viewBox="0 0 200 10"
        preserveAspectRatio="none"
        role="img"
        aria-label={label}
      >
        {bars.map(({ level, x, width }) => (
          <rect
            key={levelKey(level)}
            data-level={levelKey(level)}
            x={x}
            y="0"
            width={width}
            height="10"
          />
        ))}
      </svg>
      <p>
        {view.levels
          .filter(({ count }) => count > 0)
          .map(({ level, count }) => `${count} ${levelTitle(level)}`)
          .join(', ')}
      </p>
      <ul class="stack-tools">
        {shown.map((each) => (
          <li key={keyOf(each)}>
            <Level level={each.tool.judgement?.risk} />
            <span>
              <ToolName of={each} />
            </span>
          </li>
        ))}
      </ul>
      {shown.length < view.tools.length && (
        <button type="button" class="more" onClick={() => setAll(true)}>
          Show all {view.tools.length}
        </button>
      )}
    </section>
  );
}

function PolicyPart({ analysis: { recognised, view, wrapped } }: { analysis: Analysis }) {
  const id = useId();
  const [said, setSaid] = useState('');
  const policy = printPolicy(view.policy);
  const local = recognised.filter(({ kind }) => kind !== 'url');
  const copy = async (text: string, what: string) =>
    setSaid((await copyText(text)) ? `${what} copied` : 'The browser does not allow copying.');
  const openBuilder = async () => {
    const slugs = [...new Set(recognised.map(({ loaded }) => loaded.entry.slug))];
    const hash = await shareFragment({ policy: printPolicy(view.policy), servers: slugs });
    location.assign(`/builder${hash}`);
  };
  return (
    <section class="pane" aria-labelledby={id}>
      <h2 id={id}>One policy for all</h2>
      <p>
        The recommended rules of each server, joined
        {view.isToxic && ', and a rule that asks a person before the leak above could happen'}.
        {view.conflicts.length > 0 &&
          ` ${view.conflicts.length} rules for tools of the same name were joined to the stricter one.`}
      </p>
      <p class="buttons">
        <button type="button" class="copy" onClick={() => void openBuilder()}>
          Edit and try it in the builder
        </button>
        <button type="button" class="more" onClick={() => void copy(policy, 'Policy')}>
          Copy policy.json
        </button>
        <button type="button" class="more" onClick={() => download('policy.json', policy)}>
          Download
        </button>
      </p>
      <p role="status" class="note">
        {said}
      </p>
      <Code title="policy.json, for wrap" text={policy} />
      {local.length > 0 && (
        <>
          <h3>In front of each server: wrap</h3>
          <p>
            Put <code>policy.json</code> beside the configuration and each server behind{' '}
            <code>toolwarden wrap</code>. Below, values and the servers’ own arguments are left out;
            the button copies your own configuration with everything in it, without showing it here.
          </p>
          {wrapped && (
            <p class="buttons">
              <button
                type="button"
                class="more"
                onClick={() => void copy(wrapped(), 'Configuration')}
              >
                Copy my configuration, wrapped
              </button>
            </p>
          )}
          <Code
            title="mcpServers"
            text={`${JSON.stringify({ mcpServers: wrappedServers(local) }, null, 2)}\n`}
          />
        </>
      )}
      <h3>In front of all servers: the gateway</h3>
      <p>
        Rules about what may follow what need one gateway that sees every call. Give it the policy
        from the builder, which holds them, as <code>policy.json</code>.
      </p>
      <Code
        title="gateway.json"
        text={`${JSON.stringify(gatewayConfiguration(recognised), null, 2)}\n`}
      />
    </section>
  );
}

function Code({ title, text }: { title: string; text: string }) {
  return (
    <details>
      <summary>{title}</summary>
      <section aria-label={title}>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so it must be reached by keyboard */}
        <pre class="json" tabIndex={0}>
          <code>{text}</code>
        </pre>
      </section>
    </details>
  );
}
