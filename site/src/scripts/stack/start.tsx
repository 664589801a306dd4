import '../parts/strict-engine.ts';
import { render } from 'preact';
import { Stack } from './stack.tsx';

const place = document.querySelector('[data-stack]');
if (place !== null) render(<Stack />, place);
