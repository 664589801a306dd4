import '../parts/strict-engine.ts';
import { render } from 'preact';
import { Compare } from './compare.tsx';

const place = document.querySelector('[data-compare]');
if (place !== null) render(<Compare />, place);
