import { Presets, SingleBar } from 'cli-progress';
import type { Io } from './io.ts';

/** Shows how far a long task is; silent where nobody looks. */
export type Progress = {
  /** Something began. */
  note: (what: string) => void;
  /** One more is done. */
  step: (what: string) => void;
  /** Sets how much is done, for tasks that count themselves. */
  update: (done: number, total: number, what: string) => void;
  /** Writes a line above the bar. */
  print: (line: string) => void;
  stop: () => void;
};

/** A task that takes less long than this needs no bar. */
const QUIET_MS = 2_000;

/** A progress bar on stderr where that is a terminal; lines go to stdout, or to stderr where `--json` owns stdout. */
export function startProgress(io: Io, task: string, total: number, isJson: boolean): Progress {
  const write = isJson ? io.err : io.out;
  if (process.stderr.isTTY !== true) {
    return { note: () => {}, step: () => {}, update: () => {}, print: write, stop: () => {} };
  }
  const bar = new SingleBar(
    {
      format: `${task} {bar} {value}/{total} {pace} {what}`,
      hideCursor: true,
      clearOnComplete: true,
      stopOnComplete: false,
    },
    Presets.shades_classic,
  );
  let done = 0;
  let isShown = false;
  let what = '';
  const began = performance.now();
  const payload = () => ({ what, pace: paceOf(done, total, performance.now() - began) });
  const show = setTimeout(() => {
    isShown = true;
    bar.start(total, done, payload());
  }, QUIET_MS);
  const draw = () => isShown && bar.update(done, payload());
  return {
    note: (started) => {
      what = started;
      draw();
    },
    step: (finished) => {
      done += 1;
      what = finished;
      draw();
    },
    update: (value, of, now) => {
      done = value;
      what = now;
      total = of;
      if (isShown) bar.setTotal(of);
      draw();
    },
    print: (line) => {
      if (!isShown) return write(line);
      // The bar's line is cleared first, so that the printed line stands alone.
      process.stderr.write('\r\u001b[K');
      write(line);
      bar.render();
    },
    stop: () => {
      clearTimeout(show);
      if (isShown) bar.stop();
    },
  };
}

/** How fast it goes and how long it will still take; nothing before there is something to count. */
export function paceOf(done: number, total: number, elapsedMs: number): string {
  if (done === 0 || elapsedMs <= 0) return '';
  const perMinute = (done / elapsedMs) * 60_000;
  const rate = perMinute >= 10 ? Math.round(perMinute) : Math.round(perMinute * 10) / 10;
  const leftS = Math.round(((total - done) * elapsedMs) / done / 1000);
  return `${rate}/min, ${timeOf(leftS)} left`;
}

function timeOf(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}
