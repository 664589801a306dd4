import { Findings } from './findings.tsx';
import { JsonPane } from './json-pane.tsx';
import { ServersPane } from './servers-pane.tsx';
import { ToolRules } from './tool-rules.tsx';
import { TrialPane } from './trial-pane.tsx';
import { useBench } from './use-bench.ts';

/** The policy builder: choose, edit, try. One text is the truth; every part shows or changes it. */
export function Builder() {
  const bench = useBench();
  return (
    <>
      <div class="bench">
        <div class="bench-side">
          <ServersPane bench={bench} />
          <ToolRules bench={bench} />
        </div>
        <div class="bench-side">
          <JsonPane bench={bench} />
          <Findings bench={bench} />
        </div>
      </div>
      <TrialPane bench={bench} />
    </>
  );
}
