/** Invented plans: one is there from the start. */
import type { OpenedPlan, PlanCard, ReplayForm } from '../bindings';
import { blank } from '../../replay/form.svelte';
import { failure } from './failure';

type Kept = { name: string; form: ReplayForm; savedAt: string };

export class FakePlans {
  private kept: Kept[] = [
    {
      name: 'peak',
      savedAt: '2026-11-20T09:12:00Z',
      form: {
        ...blank('shop-friday'),
        http: [{ recorded: '', url: 'http://127.0.0.1:8080' }],
        rateBy: 'copies',
        faults: ['20:delay(ms=250)@30s..60s'],
        checks: ['p99<250ms'],
        commands: [{ at: '60s', command: 'systemctl restart mysql' }],
        secrets: [{ name: 'login.password', value: '' }],
      },
    },
  ];
  private gone: Kept | null = null;

  cards(): PlanCard[] {
    return this.kept.map(({ name, form, savedAt }) => ({
      name,
      recording: form.recording,
      savedAt,
      targets: form.http.map((row) => row.url).filter((url) => url !== ''),
      seed: form.seed,
      needs: {
        secrets: form.secrets.map((secret) => secret.name),
        mysqlUser: null,
        accounts: 0,
        commands: form.commands.map((row) => `${row.at} run ${row.command}`),
        controls: form.controls,
        proxies: [],
      },
    }));
  }

  open(name: string): OpenedPlan {
    return { form: structuredClone(this.find(name).form), leftOut: [] };
  }

  save(name: string, form: ReplayForm, replace: boolean): void {
    const before = this.kept.find((plan) => plan.name === name);
    if (before && !replace)
      throw failure('usage', `failed to create plan "${name}": the name is taken`);
    if (before) this.remove(name);
    const secrets = form.secrets.map((secret) => ({ ...secret, value: '' }));
    this.kept.push({ name, form: { ...form, secrets }, savedAt: new Date().toISOString() });
  }

  remove(name: string): void {
    this.gone = this.find(name);
    this.kept = this.kept.filter((plan) => plan.name !== name);
  }

  undo(): void {
    const { gone } = this;
    if (!gone) throw failure('usage', 'no plan was deleted');
    this.kept = [...this.kept.filter((plan) => plan.name !== gone.name), gone];
    this.gone = null;
  }

  private find(name: string): Kept {
    const found = this.kept.find((plan) => plan.name === name);
    if (!found) throw failure('usage', `failed to find a plan called "${name}"`);
    return found;
  }
}
