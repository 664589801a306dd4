import type { CatalogueTool } from '@toolwarden/catalogue';
import { useId, useMemo } from 'preact/hooks';
import { compareServers } from '../../lib/compare-servers.ts';
import type { DiffPiece } from '../../lib/definition-changes.ts';
import { levelKey, levelTitle } from '../../lib/level-words.ts';
import type { Listing } from '../../lib/listings.ts';
import type { LoadedServer } from '../../lib/server-data.ts';
import { serverUrl, toolUrl, traitUrl } from '../../lib/urls.ts';
import { Crawled } from '../parts/crawled.tsx';
import { Level } from '../parts/level.tsx';
import { listingWords } from './listing-words.ts';

/** What stands on one side: a server as it was listed last, or until some moment. */
export type ComparedSide = { server: LoadedServer; listing: Listing | undefined };
type Sides = { a: ComparedSide; b: ComparedSide };

/** The comparison as tables. */
export function CompareTable({ a, b }: Sides) {
  const id = useId();
  const found = useMemo(() => compareServers(a.server.entry, b.server.entry), [a, b]);
  const counts = [
    { title: 'Tools', a: a.server.entry.tools.length, b: b.server.entry.tools.length },
    ...found.categories.map(({ category, ...each }) => ({ title: category, ...each })),
  ];
  return (
    <>
      <section class="pane" aria-labelledby={`${id}-figures`}>
        <h2 id={`${id}-figures`}>Figures</h2>
        {(a.listing || b.listing) && (
          <p class="note">
            A definition that is no longer listed is not judged again: its level and traits are not
            known here.
          </p>
        )}
        <table class="rows compared">
          <Head a={a} b={b} />
          <tbody>
            <Row title="Version" a={versionOf(a)} b={versionOf(b)} />
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
            <Row title="Tokens of all definitions" a={tokensOf(a)} b={tokensOf(b)} />
          </tbody>
        </table>
      </section>
      <section class="pane" aria-labelledby={`${id}-traits`}>
        <h2 id={`${id}-traits`}>What only one can do</h2>
        <Only side={a} titles={found.only.a} />
        <Only side={b} titles={found.only.b} />
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
                  <Names side={a} tools={each.a} />
                </td>
                <td>
                  <Names side={b} tools={each.b} />
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
            {found.tools.map(({ name, differences, descriptions, ...each }) => (
              <tr key={name}>
                <th scope="row">
                  <code>
                    <Crawled text={name} length={80} isName />
                  </code>
                  {differences.length > 0 && (
                    <p class="note">
                      Differs: <Crawled text={differences.join(', ')} length={300} />
                    </p>
                  )}
                </th>
                <td>
                  <Tool side={a} tool={each.a} description={descriptions?.a} />
                </td>
                <td>
                  <Tool side={b} tool={each.b} description={descriptions?.b} />
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
        {[a, b].map(({ server, listing }, index) => (
          <th scope="col" key={index === 0 ? 'a' : 'b'}>
            <a href={serverUrl(server.entry.slug)}>
              <Crawled text={server.name} length={80} isName />
            </a>
            {listing && <p class="note">{listingWords(listing)}</p>}
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

const versionOf = ({ server }: ComparedSide) => server.entry.record.version || 'not known';
const tokensOf = ({ server, listing }: ComparedSide) =>
  listing === undefined ? server.tokens.toLocaleString('en') : 'not counted';

function Only({ side, titles }: { side: ComparedSide; titles: string[] }) {
  return (
    <p>
      <strong>
        <Crawled text={side.server.name} length={80} />
      </strong>
      {side.listing && ` (${listingWords(side.listing)})`}{' '}
      {titles.length === 0 ? 'has no trait that the other lacks.' : `alone: ${titles.join(', ')}.`}
    </p>
  );
}

const SHOWN = 5;

function Names({ side, tools }: { side: ComparedSide; tools: CatalogueTool[] }) {
  if (tools.length === 0) return <>none</>;
  return (
    <>
      {tools.slice(0, SHOWN).map(({ slug, definition }) => (
        <a key={slug} class="in-list" href={toolUrl(side.server.entry.slug, slug)}>
          <Crawled text={definition.name} length={60} isName />
        </a>
      ))}
      {tools.length > SHOWN && <span class="note">and {tools.length - SHOWN} more</span>}
    </>
  );
}

type ToolProps = {
  side: ComparedSide;
  tool: CatalogueTool | undefined;
  /** Its words, where the other side has others. */
  description: DiffPiece[] | undefined;
};

function Tool({ side: { server, listing }, tool, description }: ToolProps) {
  if (tool === undefined) return <>no</>;
  const { risk } = tool.judgement ?? {};
  const isUnknown = risk === undefined && listing !== undefined;
  const words = isUnknown ? 'listed, level not known' : levelTitle(risk);
  const level = isUnknown ? <span class="note">{words}</span> : <Level level={risk} />;
  return (
    <>
      {tool.slug === '' ? (
        level
      ) : (
        <a
          class="in-list"
          href={toolUrl(server.entry.slug, tool.slug)}
          aria-label={`${tool.definition.name} of ${server.name}: ${words}`}
        >
          {level}
        </a>
      )}
      {description && (
        <p class="note diff">
          {description.map(({ text, kind }, index) => {
            const words = <Crawled text={text} length={2000} />;
            if (kind === 'same') return <span key={index}>{words}</span>;
            return kind === 'gone' ? (
              <del key={index}>{words}</del>
            ) : (
              <ins key={index}>{words}</ins>
            );
          })}
        </p>
      )}
    </>
  );
}
