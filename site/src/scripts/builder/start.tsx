import '../parts/strict-engine.ts';
import { render } from 'preact';
import { Builder } from './builder.tsx';

const place = document.querySelector('[data-builder]');
if (place !== null) render(<Builder />, place);
