/** Plans that are kept under a name. */
import type { Host } from '../../host';
import { blank } from '../../../replay/form.svelte';
import type { FakeWorld } from '../world';

export function plansTopic(fake: FakeWorld) {
  return {
    async plans() {
      return fake.namedPlans.cards();
    },

    async openPlan(name) {
      return fake.namedPlans.open(name);
    },

    async openPlanOfRun(run) {
      fake.asked.push(`open plan of ${run}`);
      return { form: { ...blank('shop-friday'), faults: ['5:error(status=503)'] }, leftOut: [] };
    },

    async savePlan(name, form, replace) {
      fake.asked.push(`save plan ${name} ${replace}`);
      fake.namedPlans.save(name, form, replace);
    },

    async savePlanOfRun(name, run) {
      fake.asked.push(`save plan ${name} of ${run}`);
      fake.namedPlans.save(name, blank('shop-friday'), false);
    },

    async copyPlan(name, other) {
      fake.namedPlans.save(other, fake.namedPlans.open(name).form, false);
    },

    async deletePlan(name) {
      fake.namedPlans.remove(name);
    },

    async undoDeletePlan() {
      fake.namedPlans.undo();
    },
  } satisfies Partial<Host>;
}
