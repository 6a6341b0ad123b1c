import { describe, expect, it } from 'vitest';

/** Every style sheet, and every component with its own. */
const sources = import.meta.glob('./**/*.{css,svelte,ts}', {
  query: '?raw',
  import: 'default',
  eager: true,
}) as Record<string, string>;

/** What moves without being moved by a hand. */
const MOVES =
  /\b(?:animation|transition)(?:-[a-z]+)?\s*:|@keyframes|scroll-behavior\s*:\s*smooth|behavior:\s*'smooth'|\buse:animate|\b(?:transition|animate|in|out):[a-z]+[|=}\s]/;
const ALLOWED = /@media\s*\(prefers-reduced-motion:\s*no-preference\)\s*\{(?:[^{}]|\{[^{}]*\})*\}/g;

/** A text without what only who has not asked for stillness sees, and without comments. */
function still(text: string): string {
  return text.replace(ALLOWED, '').replace(/\/\*[\s\S]*?\*\/|<!--[\s\S]*?-->|\/\/.*/g, '');
}

describe('who asked for reduced motion', () => {
  it('sees nothing move by itself', () => {
    const files = Object.entries(sources).filter(([name]) => !name.endsWith('.test.ts'));
    expect(files.length).toBeGreaterThan(100);
    const moving = files.filter(([, text]) => MOVES.test(still(text))).map(([name]) => name);
    expect(moving).toEqual([]);
  });

  it('is who the test looks out for', () => {
    expect(MOVES.test(still('a { transition: color 1s; }'))).toBe(true);
    expect(MOVES.test(still('<div transition:fade>'))).toBe(true);
    expect(MOVES.test(still("row.scrollIntoView({ behavior: 'smooth' })"))).toBe(true);
    const asked = '@media (prefers-reduced-motion: no-preference) { a { transition: color 1s; } }';
    expect(MOVES.test(still(asked))).toBe(false);
  });
});
