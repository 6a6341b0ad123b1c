/** Plans that are kept under a name: read, kept, copied, forgotten with a way back. */
import type { PlanCard } from '../host/bindings';
import { host } from '../host/host';
import { freeName } from '../library/importer.svelte';
import { complain, say } from '../parts/notices.svelte';
import { form } from './form.svelte';
import { plans as text } from '../text/plans';

class Plans {
  /** Null until first read. */
  cards = $state.raw<PlanCard[] | null>(null);
  /** The plan that the form was opened from or kept as last; empty for none. */
  current = $state('');

  get names(): string[] {
    return this.cards?.map((card) => card.name) ?? [];
  }

  async refresh(): Promise<void> {
    try {
      this.cards = await host().plans();
    } catch (thrown) {
      complain(thrown);
    }
  }

  /** Puts a plan into the form. */
  async open(name: string): Promise<void> {
    await this.attempt(async () => {
      form.take(await host().openPlan(name));
      this.current = name;
      say(text.holdsThePlan(name));
    });
  }

  /** Puts the plan of a run into the form; whether it could be. */
  async openOfRun(run: string): Promise<boolean> {
    return this.attempt(async () => {
      form.take(await host().openPlanOfRun(run));
      this.current = '';
      say(text.holdsThePlanOf(run));
    });
  }

  /** Keeps what the form asks for; in the place of the plan of that name, if there is one. */
  async save(name: string): Promise<boolean> {
    const replace = this.names.includes(name.trim());
    return this.attempt(async () => {
      await host().savePlan(name, form.complete(), replace);
      this.current = name.trim();
      const undo = replace ? () => void this.putBack() : null;
      say(replace ? text.replacedThePlan(name) : text.keptThePlan(name), undo);
    });
  }

  /** Keeps the plan of a run. */
  async saveOfRun(name: string, run: string): Promise<boolean> {
    return this.attempt(async () => {
      await host().savePlanOfRun(name, run);
      say(text.keptThePlanOf(run, name));
    });
  }

  async copy(name: string): Promise<void> {
    await this.attempt(async () => {
      const other = freeName(name.replace(/-\d+$/, ''), this.names);
      await host().copyPlan(name, other);
      say(text.copiedThePlan(name, other));
    });
  }

  async remove(name: string): Promise<void> {
    await this.attempt(async () => {
      await host().deletePlan(name);
      if (this.current === name) this.current = '';
      say(text.deletedThePlan(name), () => void this.putBack());
    });
  }

  private async putBack(): Promise<void> {
    await this.attempt(() => host().undoDeletePlan());
  }

  private async attempt(act: () => Promise<unknown>): Promise<boolean> {
    try {
      await act();
    } catch (thrown) {
      complain(thrown);
      return false;
    }
    await this.refresh();
    return true;
  }
}

export const plans = new Plans();
