/**
 * The words that a component or module has of its own: text between tags, attributes that are read or spoken, strings
 * that are put there. What no reader sees as text (a class, a key, a name that is compared with) is none.
 */
import { parse } from 'svelte/compiler';

/** Words, and the line they are on. */
export type Words = { line: number; words: string };

type Node = { type: string; start: number; end: number; [field: string]: unknown };
/** Whether a node is in code, not in the page; whether it is where a reader sees it; whether no reader ever does. */
type Where = { code: boolean; shown: boolean; plain: boolean };

const set = (words: string) => new Set(words.split(/\s+/));

/** Attributes and properties that a browser or a part reads, never a user; `examples` are in the tool's own languages. */
const PLAIN = set(`
  class id type role for href style lang generics rel name tone key kind by at value step wrap active from end page
  protocol room mode room d viewBox fill stroke stroke-width stroke-linecap stroke-linejoin transform draggable
  preserveAspectRatio spellcheck autocomplete inputmode examples text aria-activedescendant aria-autocomplete aria-controls aria-current
  aria-describedby aria-expanded aria-haspopup aria-hidden aria-keyshortcuts aria-labelledby aria-live
  aria-orientation aria-selected aria-sort`);
/** Properties whose text reaches the page, however short it is. */
const SHOWN = set('label title note says hint what unit none about help placeholder alt');
/** Calls whose texts are for the browser. */
const PLAIN_CALLS = set(
  'querySelector querySelectorAll closest matches matchMedia bindKey addEventListener includes readKept writeKept readY',
);
const LETTERS = /\p{L}{2,}/u;
/** In code a phrase, a sentence or a word with a capital is for a reader; a lone small word mostly is a name. */
const PHRASE = /\p{L}{2,}.*\s.*\p{L}{2,}|^\p{Lu}\p{Ll}+|\p{L}[…?!]$|\p{L}{2,}[,:;]?\s|\s\p{L}{2,}/u;
/** A key of the keyboard; a length, a place, a colour of the style. */
const KEY =
  /^((Mod|Ctrl)[+ ].*|Mod|Ctrl|Control|Escape|Enter|Delete|Home|End|Tab|(Arrow|Page)\w+)$/;
const STYLE = /^(calc|var|minmax|translateY)\(|^\(prefers-|\d}?(px|vh)$/;

/** The words of a file, in the order in which they are there. */
export function wordsOf(file: string, source: string): Words[] {
  const before = file.endsWith('.svelte') ? '' : '<script lang="ts">';
  const text = before === '' ? source : `${before}${source}</script>`;
  const found: Words[] = [];
  const add = ({ start }: Node, words: string) =>
    found.push({ line: text.slice(0, start).split('\n').length, words: words.trim() });

  function string(node: Node, words: string, where: Where): void {
    const { code, shown, plain } = where;
    if (plain || !LETTERS.test(words) || KEY.test(words) || STYLE.test(words)) return;
    if (!code || shown || PHRASE.test(words)) add(node, words);
  }

  function named(name: unknown, where: Where): Where {
    const plain = PLAIN.has(String(name));
    return { ...where, plain, shown: !plain && SHOWN.has(String(name)) };
  }

  function walk(at: unknown, where: Where): void {
    if (Array.isArray(at)) return at.forEach((one) => walk(one, where));
    if (typeof at !== 'object' || at === null) return;
    const node = at as Node;
    const code = { ...where, code: true, shown: false };
    if (
      /^(Import|Export(All|Named)Declaration$|StyleSheet|StyleDirective|Comment)/.test(node.type)
    ) {
      return walk(node['declaration'], where);
    }
    if (/^TS(?!AsExpression|NonNull|Satisfies)/.test(node.type ?? '')) return;
    switch (node.type) {
      case 'Text':
        return string(node, String(node['data']), where);
      case 'Literal':
        return typeof node['value'] === 'string' ? string(node, node['value'], where) : undefined;
      case 'TemplateLiteral': {
        const parts = node['quasis'] as { value: { cooked: string } }[];
        string(node, parts.map(({ value }) => value.cooked).join('0'), where);
        return walk(node['expressions'], where);
      }
      case 'Attribute':
        return walk(node['value'], named(node['name'], where));
      case 'Property': {
        const key = node['key'] as { name?: string; value?: string };
        return walk(node['value'], named(key.name ?? key.value, where));
      }
      // what is compared with something is a name
      case 'BinaryExpression':
        return walk(
          [node['left'], node['right']].filter((side) => (side as Node).type !== 'Literal'),
          where,
        );
      case 'SwitchCase':
        return walk(node['consequent'], where);
      case 'MemberExpression':
        return walk(node['object'], where);
      case 'CallExpression': {
        const called = node['callee'] as { name?: string; property?: { name?: string } };
        walk(called, where);
        const plain = PLAIN_CALLS.has(called.name ?? called.property?.name ?? '');
        return walk(node['arguments'], plain ? { ...where, plain } : where);
      }
      case 'ArrowFunctionExpression':
      case 'FunctionExpression':
        return walk([node['params'], node['body']], code);
    }
    for (const [field, child] of Object.entries(node)) {
      if (field === 'instance' || field === 'module')
        walk((child as Node | null)?.['content'], code);
      else if (field !== 'loc' && field !== 'metadata') walk(child, where);
    }
  }

  walk(parse(text, { modern: true }), { code: false, shown: false, plain: false });
  return found;
}
