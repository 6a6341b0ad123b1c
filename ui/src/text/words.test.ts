import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { wordsOf } from '../testing/words';

const component = (page: string, script = '') =>
  wordsOf('A.svelte', `<script lang="ts">${script}</script>\n${page}`).map(({ words }) => words);
const module = (code: string) => wordsOf('a.ts', code).map(({ words }) => words);

describe('words are found', () => {
  it('between tags, and in what is between them by a condition', () => {
    expect(component('<p>Nothing <b>failed</b></p>')).toEqual(['Nothing', 'failed']);
    expect(component("<p>{late ? 'late' : 'in time'}</p>")).toEqual(['late', 'in time']);
    expect(component('<p>{`${n} runs`}</p>')).toEqual(['0 runs']);
    expect(component('{#if a}one{:else}two{/if}{#each b as c}three{/each}')).toHaveLength(3);
  });

  it('in attributes that are read or spoken', () => {
    expect(component('<input aria-label="Name" placeholder="peak {n}" title="t" />')).toEqual([
      'Name',
      'peak',
    ]);
    expect(component('<Action label={busy ? "Stopping" : "Stop"} />')).toHaveLength(2);
  });

  it('in the code of a component and of a module', () => {
    expect(component('', "say(`Wrote ${path}`); const tile = { label: 'sent' };")).toEqual([
      'Wrote 0',
      'sent',
    ]);
    expect(module("export const problem = (n: number) => n > 3 ? 'too many' : '';")).toEqual([
      'too many',
    ]);
  });

  it('with the line they are on', () => {
    expect(wordsOf('A.svelte', '<p>\n  <b>late</b>\n</p>')).toEqual([{ line: 2, words: 'late' }]);
  });
});

describe('no words are', () => {
  it('names, keys, styles and types', () => {
    const page = `<p class="dim wide" role="alert" style:width="{x}px" onkeydown={() => go({ page: 'bin' })}>{x}</p>
      {#if kind === 'run'}·{/if}<style>p { color: red; }</style>`;
    const script = `
      import { a } from 'some where';
      type Kind = 'a run' | 'a search';
      bindKey('Mod+k', show);
      document.querySelectorAll('main button[x], nav button[x]');
      const tone = state === 'is late' ? 'bad' : 'ok';`;
    expect(component(page, script)).toEqual([]);
  });
});

describe('all text is in one place', () => {
  const SOURCE = 'src';
  /** Texts that look like words and are another language: shell commands, formats of files, filters. */
  const OTHER_LANGUAGES = new Set([
    'src/fault/language.ts',
    'src/recording/detail/copying.ts',
    'src/recording/detail/pictures.ts',
    'src/recording/filter/filters.svelte.ts',
  ]);
  const files = readdirSync(SOURCE, { recursive: true })
    .map((file) => `${SOURCE}/${String(file)}`)
    .filter((file) => /\.(svelte|ts)$/.test(file) && !file.endsWith('.test.ts'))
    .filter((file) => !/^src\/(text|host|testing)\//.test(file));

  it('is looked for in every component', () => {
    expect(files.filter((file) => file.endsWith('.svelte')).length).toBeGreaterThan(100);
    expect([...OTHER_LANGUAGES].filter((file) => !files.includes(file))).toEqual([]);
  });

  it('no component and no module has words of its own', () => {
    const found = files
      .filter((file) => !OTHER_LANGUAGES.has(file))
      .flatMap((file) =>
        wordsOf(file, readFileSync(file, 'utf8')).map(
          ({ line, words }) => `${file}:${line} ${words}`,
        ),
      );
    expect(found).toEqual([]);
  });
});
