import { type CatalogueTool, isJsonObject, type JsonObject } from '@toolwarden/catalogue';
import { benignArguments, type CompiledPolicy, compilePolicy } from '@toolwarden/policy';
import { useEffect, useId, useMemo, useRef, useState } from 'preact/hooks';
import type { LoadedServer } from '../../lib/server-data.ts';
import { elapsedWords, Trial, type TriedCall } from '../../lib/workbench/trial.ts';
import { Crawled } from '../parts/crawled.tsx';
import type { Bench } from './use-bench.ts';

/** Any start would do: counters look at differences only. */
const START = Date.UTC(2026, 0, 1);
const STEPS = [
  ['1 second', 1000],
  ['1 minute', 60_000],
  ['1 hour', 3_600_000],
  ['1 day', 86_400_000],
] as const;
const MAX_SHOWN = 200;

type Choice = { server: LoadedServer; tool: CatalogueTool };

/** Calls against the engine the gateway runs, with a clock that the reader moves. */
export function TrialPane({ bench }: { bench: Bench }) {
  const id = useId();
  const [trial, setTrial] = useState(() => new Trial());
  const [calls, setCalls] = useState<readonly TriedCall[]>([]);
  const [elapsed, setElapsed] = useState(0);
  const [chosen, setChosen] = useState(0);
  const { compiled, problem } = useCompiled(bench);
  const choices = useMemo(
    () =>
      bench.servers.flatMap((server) =>
        server.entry.tools.map((tool): Choice => ({ server, tool })),
      ),
    [bench.servers],
  );
  const choice = choices[chosen] ?? choices[0];
  const [text, setText] = useArguments(choice?.tool);
  const args = useMemo(() => readArguments(text), [text]);

  const call = (times: number, isApproved = false) => {
    if (compiled === undefined || choice === undefined || args === undefined) return;
    const { server, tool } = choice;
    const asked = { entry: server.entry, tool, arguments: args, at: START + elapsed };
    const made = Array.from({ length: times }, () => trial.try(compiled, asked, { isApproved }));
    setCalls((before) => [...made.reverse(), ...before].slice(0, MAX_SHOWN));
  };
  const restart = () => {
    setTrial(new Trial());
    setCalls([]);
    setElapsed(0);
  };

  return (
    <section class="pane trial" id="try" aria-labelledby={id}>
      <h2 id={id}>Try calls</h2>
      <p class="note">
        Decided here by the engine that the gateway runs. No tool is called, and nothing leaves this
        browser.
      </p>
      {choice === undefined ? (
        <p>Add a server first.</p>
      ) : (
        <div class="bench">
          <div class="bench-side">
            <p class="field is-wide">
              <label for={`${id}-tool`}>Tool</label>
              <select
                id={`${id}-tool`}
                value={String(choices.indexOf(choice))}
                onChange={(event) => setChosen(Number(event.currentTarget.value))}
              >
                {bench.servers.map((server) => (
                  <optgroup key={server.entry.record.id} label={server.name.slice(0, 80)}>
                    {choices.map(
                      (each, index) =>
                        each.server === server && (
                          <option key={each.tool.definition.name} value={String(index)}>
                            {each.tool.definition.name.slice(0, 80)}
                          </option>
                        ),
                    )}
                  </optgroup>
                ))}
              </select>
            </p>
            <p class="field is-wide">
              <label for={`${id}-args`}>Arguments</label>
              <textarea
                id={`${id}-args`}
                rows={6}
                spellcheck={false}
                value={text}
                aria-invalid={args === undefined}
                onInput={(event) => setText(event.currentTarget.value)}
              />
            </p>
            <p role="status" class="finding">
              {problem ?? (args === undefined ? 'Arguments are a JSON object.' : '')}
            </p>
            <p class="buttons">
              <button type="button" class="copy" onClick={() => call(1)}>
                Try the call
              </button>
              <button type="button" class="more" onClick={() => call(10)}>
                10 times
              </button>
              <button type="button" class="more" onClick={() => call(1, true)}>
                As approved by a person
              </button>
            </p>
            <fieldset class="clock">
              <legend>
                Clock: <output>{elapsedWords(elapsed)}</output> after the start
              </legend>
              {STEPS.map(([title, ms]) => (
                <button
                  key={title}
                  type="button"
                  class="more"
                  onClick={() => setElapsed((before) => before + ms)}
                >
                  + {title}
                </button>
              ))}
              <button type="button" class="more" onClick={restart}>
                Start over
              </button>
            </fieldset>
          </div>
          <div class="bench-side">
            <Latest call={calls[0]} />
            <ol class="calls" reversed>
              {calls.map((each) => (
                <CallLine key={each.number} call={each} />
              ))}
            </ol>
          </div>
        </div>
      )}
    </section>
  );
}

const EFFECTS = { allow: 'Allowed', approve: 'Asks a person', deny: 'Denied' } as const;

function Latest({ call }: { call: TriedCall | undefined }) {
  return (
    <div role="status" class="latest" data-effect={call?.decision.effect}>
      {call === undefined ? (
        <p>No call tried yet.</p>
      ) : (
        <>
          <p class="effect">{EFFECTS[call.decision.effect]}</p>
          <p>
            <Crawled text={call.words.forPerson} length={600} />
          </p>
          {call.decision.effect !== 'allow' && (
            <p class="note">
              The agent is told: <Crawled text={call.words.forAgent} length={400} />
            </p>
          )}
        </>
      )}
    </div>
  );
}

function CallLine({ call: { decision, tool, at, number, isApproved } }: { call: TriedCall }) {
  return (
    <li data-effect={decision.effect} value={number}>
      <span class="effect">{EFFECTS[decision.effect]}</span> <code>{tool.slice(0, 60)}</code> at{' '}
      {elapsedWords(at - START)}
      {isApproved && ', approved'}
      {' by '}
      <code>
        <Crawled text={decision.rules.join(', ')} length={200} />
      </code>
      {decision.counters.map(({ key, used, max, windowMs }) => (
        <span class="counter" key={key}>
          <meter
            min={0}
            max={Math.max(max, 1)}
            value={Math.min(used, max)}
            aria-label={`Used of ${max}`}
          />{' '}
          {used} of {max} in {elapsedWords(windowMs)}
        </span>
      ))}
    </li>
  );
}

/** The policy, ready to decide; the last one that could be compiled is not used for another text. */
function useCompiled({ policy }: Bench): { compiled?: CompiledPolicy; problem?: string } {
  const [state, setState] = useState<{ compiled?: CompiledPolicy; problem?: string }>({});
  useEffect(() => {
    let isStale = false;
    const set = (next: typeof state) => {
      if (!isStale) setState(next);
    };
    if (policy === undefined) set({ problem: 'The text is no valid policy.' });
    else
      compilePolicy(policy).then(
        (compiled) => set({ compiled }),
        (error: Error) => set({ problem: error.message }),
      );
    return () => {
      isStale = true;
    };
  }, [policy]);
  return state;
}

/** Arguments as text, begun anew for each tool. */
function useArguments(tool: CatalogueTool | undefined): [string, (text: string) => void] {
  const [text, setText] = useState('{}');
  const before = useRef<CatalogueTool | undefined>(undefined);
  if (before.current !== tool) {
    before.current = tool;
    setText(tool === undefined ? '{}' : JSON.stringify(benignArguments(tool), null, 2));
  }
  return [text, setText];
}

function readArguments(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
