/** Invented redaction rules: lines `name = what` beside two built-in ones. */
import type { RedactionPreview, RedactionRule, RedactionRules, RulesReading } from '../bindings';

const FILE = '/home/ada/.config/reprise/redaction.toml';
const BUILT_IN: RedactionRule[] = [
  rule('authorization', 'header Authorization', true),
  rule('password', 'form password, json $..password', true),
];

export class FakeRules {
  text = '# What Reprise replaces before anything is written to disk.\n';
  saved = false;

  get rules(): RedactionRules {
    const { text } = this;
    return { source: this.saved ? FILE : null, file: FILE, text, rules: this.read(text).rules };
  }

  read(text: string): RulesReading {
    const rules: RedactionRule[] = [];
    for (const [index, line] of text.split('\n').entries()) {
      if (line.trim() === '' || line.startsWith('#')) continue;
      const found = /^(\w+) = (.+)$/.exec(line);
      if (!found) {
        const problem = `'${line}' is no rule; write name = what`;
        return { rules: [], problem: { line: index + 1, rule: null, problem } };
      }
      rules.push(rule(found[1]!, found[2]!, false));
    }
    return { rules: [...rules, ...BUILT_IN], problem: null };
  }

  preview(recording: string, text: string): RedactionPreview {
    const example = {
      exchange: 12,
      place: 'request header authorization',
      lead: 'Bearer ',
      before: 'eyJhbGciOi',
      after: 'rp_k7q2m5xh',
      tail: '',
    };
    const rules = this.read(text).rules.map((rule) => {
      const hits = rule.name === 'authorization' ? 4_210 : 0;
      return { rule, hits, examples: hits > 0 ? [example] : [] };
    });
    return { recording, raw: false, exchanges: 20_000, more: true, rules };
  }
}

function rule(name: string, matches: string, builtIn: boolean): RedactionRule {
  return { name, matches: matches.split(', '), action: 'pseudonym', filter: null, builtIn };
}
