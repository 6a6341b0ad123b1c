/** The redaction rules: those in force, those being typed, and what they would do to a recording. */
import type { RedactionPreview, RedactionRules, RulesReading } from '../host/bindings';
import { asFailure, host } from '../host/host';
import { complain, say } from '../parts/notices.svelte';
import { redaction as words } from '../text/settings';

class Redaction {
  /** Those in force; null until read. */
  inForce = $state.raw<RedactionRules | null>(null);
  /** Why they cannot be read. */
  failure = $state('');
  /** What the editor holds. */
  text = $state('');
  /** What the typed text comes to; null when nothing was typed. */
  reading = $state.raw<RulesReading | null>(null);
  /** What the typed rules would do to a recording. */
  preview = $state.raw<RedactionPreview | null>(null);
  previewing = $state(false);

  /** Whether the editor holds something else than the file. */
  get changed(): boolean {
    return this.inForce !== null && this.text !== this.inForce.text;
  }

  /** Whether what was typed can be saved. */
  get savable(): boolean {
    return this.changed && this.reading !== null && this.reading.problem === null;
  }

  /** The rules that the editor's text comes to. */
  get rules() {
    return this.changed ? (this.reading?.rules ?? []) : (this.inForce?.rules ?? []);
  }

  async load(): Promise<void> {
    if (this.changed) return;
    try {
      const rules = await host().redactionRules();
      if (!this.changed) this.take(rules);
    } catch (thrown) {
      this.failure = asFailure(thrown).message;
    }
  }

  /** Reads what was typed; an older text's answer is dropped. */
  async read(): Promise<void> {
    const text = this.text;
    this.preview = null;
    try {
      const reading = await host().readRedactionRules(text);
      if (text === this.text) this.reading = reading;
    } catch (thrown) {
      complain(thrown);
    }
  }

  async save(): Promise<void> {
    try {
      this.take(await host().saveRedactionRules(this.text));
      say(words.saved);
    } catch (thrown) {
      complain(thrown);
    }
  }

  /** Back to what the file says. */
  revert(): void {
    this.text = this.inForce?.text ?? '';
    this.reading = null;
    this.preview = null;
  }

  async look(recording: string): Promise<void> {
    this.previewing = true;
    try {
      this.preview = await host().previewRedaction(recording, this.text);
    } catch (thrown) {
      complain(thrown);
    } finally {
      this.previewing = false;
    }
  }

  private take(rules: RedactionRules): void {
    this.inForce = rules;
    this.text = rules.text;
    this.reading = null;
    this.failure = '';
  }
}

export const redaction = new Redaction();

/** The names that are in one list and not in the other: what saving would take away and add. */
export function changes(
  before: { name: string }[],
  after: { name: string }[],
): { gone: string[]; added: string[] } {
  const names = (rules: { name: string }[]) => rules.map((rule) => rule.name);
  const [old, next] = [names(before), names(after)];
  return {
    gone: old.filter((name) => !next.includes(name)),
    added: next.filter((name) => !old.includes(name)),
  };
}
