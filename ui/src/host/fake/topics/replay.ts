/** What the Replay page asks for: its small languages, what would be sent, and the start of one run. */
import type { PlanningNews, ReplayForm } from '../../bindings';
import type { Host } from '../../host';
import { failure } from '../failure';
import { readCheck, readFault, readProbe, readRewrite, readStages, readWatch } from '../language';
import { plannedRate } from '../pictures';
import { dryRun } from '../planning';
import type { FakeWorld } from '../world';

export function replayTopic(fake: FakeWorld) {
  return {
    async readFault(text) {
      return readFault(text);
    },

    async readCheck(text) {
      return readCheck(text);
    },

    async readStages(text) {
      return readStages(text);
    },

    async planChart(form, theme, width) {
      return plannedRate(readStages(form.stages), theme, width);
    },

    async readProbe(text) {
      return readProbe(text);
    },

    async readWatch(text) {
      return readWatch(text);
    },

    async readRewrite(text) {
      return readRewrite(text);
    },

    async tryTargets(form) {
      const plan = await planned(fake, form);
      if (plan.targets.some((target) => target.endsWith(':9')))
        throw failure('refused', 'failed to reach 127.0.0.1:9: connection refused');
      return plan.targets.map((target) => `${target} answers`);
    },

    async stopPlanning() {
      fake.asked.push('stop planning');
      fake.planningStopped = true;
    },

    async dryRun(form, news) {
      return planned(fake, form, news);
    },

    async startReplay(form) {
      fake.asked.push(`replay ${JSON.stringify(form)}`);
      await planned(fake, form);
      fake.running.start(form.run, form);
      return form.run;
    },
  } satisfies Partial<Host>;
}

/** Reads the recording for a while, unless it is told to stop, and says what would be sent. */
export async function planned(
  fake: FakeWorld,
  form: ReplayForm,
  news: (news: PlanningNews) => void = () => undefined,
) {
  fake.planningStopped = false;
  for (let read = 0; read < fake.planning; read += 12_000) {
    news({ read, of: fake.planning });
    await fake.pause(120);
    if (fake.planningStopped) throw failure('usage', 'failed to plan the replay: it was stopped');
  }
  return dryRun(
    form,
    fake.hosts.map((entry) => entry.host),
  );
}
