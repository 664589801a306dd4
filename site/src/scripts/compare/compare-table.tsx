import type { CatalogueTool } from '@toolwarden/catalogue';
import { useId, useMemo } from 'preact/hooks';
import { compareServers } from '../../lib/compare-servers.ts';
import { levelKey, levelTitle } from '../../lib/level-words.ts';
import type { LoadedServer } from '../../lib/server-data.ts';
import { serverUrl, toolUrl, traitUrl } from '../../lib/urls.ts';
import { Crawled } from '../parts/crawled.tsx';
import { Level } from '../parts/level.tsx';

type Sides = { a: LoadedServer; b: LoadedServer };

/** The comparison as tables. */
export function CompareTable({ a, b }: Sides) {
  const id = useId();
  const found = useMemo(() => compareServers(a.entry, b.entry), [a, b]);
  const counts = [
    { title: 'Tools', a: a.entry.tools.length, b: b.entry.tools.length },
    ...found.categories.map(({ category, ...each }) => ({ title: category, ...each })),
  ];
  return (
    <>
      <section class="pane" aria-labelledby={`${id}-figures`}>
        <h2 id={`${id}-figures`}>Figures</h2>
        <table class="rows compared">
          <Head a={a} b={b} />
          <tbody>
            <Row
              title="Version"
              a={a.entry.record.version || 'none stated'}
              b={b.entry.record.version || 'none stated'}
            />
            {counts.map((each) => (
              <Row key={each.title} {...each} />
            ))}
            {found.levels.map(({ level, ...each }) => (
              <tr key={levelKey(level)}>
                <th scope="row">
                  <Level level={level} />
                </th>
                <td>{each.a}</td>
                <td>{each.b}</td>
              </tr>
            ))}
            <Row
              title="Tokens of all definitions"
              a={a.tokens.toLocaleString('en')}
              b={b.tokens.toLocaleString('en')}
            />
          </tbody>
        </table>
      </section>
      <section class="pane" aria-labelledby={`${id}-traits`}>
        <h2 id={`${id}-traits`}>What only one can do</h2>
        <Only server={a} titles={found.only.a} />
        <Only server={b} titles={found.only.b} />
        <table class="rows compared">
          <caption>Tools with each trait</caption>
          <Head a={a} b={b} />
          <tbody>
            {found.traits.map(({ trait, title, ...each }) => (
              <tr key={trait}>
                <th scope="row">
                  <a href={traitUrl(trait)}>{title}</a>
                </th>
                <td>
                  <Names server={a} tools={each.a} />
                </td>
                <td>
                  <Names server={b} tools={each.b} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <section class="pane" aria-labelledby={`${id}-tools`}>
        <h2 id={`${id}-tools`}>Tools</h2>
        <table class="rows compared">
          <Head a={a} b={b} />
          <tbody>
            {found.tools.map(({ name, differences, ...each }) => (
              <tr key={name}>
                <th scope="row">
                  <code>
                    <Crawled text={name} length={80} />
                  </code>
                  {differences.length > 0 && (
                    <p class="note">
                      Differs: <Crawled text={differences.join(', ')} length={300} />
                    </p>
                  )}
                </th>
                <td>
                  <Tool server={a} tool={each.a} />
                </td>
                <td>
                  <Tool server={b} tool={each.b} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </>
  );
}

function Head({ a, b }: Sides) {
  return (
    <thead>
      <tr>
        <td />
        {[a, b].map(({ entry, name }, index) => (
          <th scope="col" key={index === 0 ? 'a' : 'b'}>
            <a href={serverUrl(entry.slug)}>
              <Crawled text={name} length={80} />
            </a>
          </th>
        ))}
      </tr>
    </thead>
  );
}

function Row({ title, a, b }: { title: string; a: string | number; b: string | number }) {
  return (
    <tr>
      <th scope="row">{title}</th>
      <td>{a}</td>
      <td>{b}</td>
    </tr>
  );
}

function Only({ server, titles }: { server: LoadedServer; titles: string[] }) {
  return (
    <p>
      <strong>
        <Crawled text={server.name} length={80} />
      </strong>{' '}
      {titles.length === 0 ? 'has no trait that the other lacks.' : `alone: ${titles.join(', ')}.`}
    </p>
  );
}

const SHOWN = 5;

function Names({ server, tools }: { server: LoadedServer; tools: CatalogueTool[] }) {
  if (tools.length === 0) return <>none</>;
  return (
    <>
      {tools.slice(0, SHOWN).map(({ slug, definition }) => (
        <a key={slug} class="in-list" href={toolUrl(server.entry.slug, slug)}>
          <Crawled text={definition.name} length={60} />
        </a>
      ))}
      {tools.length > SHOWN && <span class="note">and {tools.length - SHOWN} more</span>}
    </>
  );
}

function Tool({ server, tool }: { server: LoadedServer; tool: CatalogueTool | undefined }) {
  if (tool === undefined) return <>no</>;
  return (
    <a
      class="in-list"
      href={toolUrl(server.entry.slug, tool.slug)}
      aria-label={`${tool.definition.name} of ${server.name}: ${levelTitle(tool.judgement?.risk)}`}
    >
      <Level level={tool.judgement?.risk} />
    </a>
  );
}
