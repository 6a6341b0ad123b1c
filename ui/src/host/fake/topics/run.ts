/** A run: while it is on, afterwards, and once more. */
import type { Host } from '../../host';
import { blank } from '../../../replay/form.svelte';
import { runCharts } from '../pictures';
import { TOTAL_MS } from '../runs';
import { FAILURES, library, MISMATCHES } from '../traffic';
import type { FakeWorld } from '../world';

export function runTopic(fake: FakeWorld) {
  return {
    async watchRun(name, news) {
      const state = await fake.running.watch(news);
      const template = library(false).runs[0]!;
      fake.file.runs.unshift({ ...template, name, state, startedAt: new Date().toISOString() });
    },

    async run(name) {
      return fake.running.page(
        name,
        fake.file.runs.find((run) => run.name === name),
      );
    },

    async runCharts(name, theme, width, view) {
      fake.asked.push(`charts ${JSON.stringify(view)}`);
      const elapsed = fake.running.isOn(name) ? fake.running.elapsed() : TOTAL_MS;
      return runCharts(elapsed, TOTAL_MS, theme, width);
    },

    async mismatches(name) {
      fake.asked.push(`mismatches ${name}`);
      return MISMATCHES;
    },

    async failures(name) {
      fake.asked.push(`failures ${name}`);
      return FAILURES;
    },

    async startAgain(again) {
      fake.asked.push(`again ${JSON.stringify(again)}`);
      fake.running.start(again.name, fake.running.form ?? blank('shop-friday'));
      return again.name;
    },

    async runOn() {
      return fake.running.on;
    },

    async pauseRun(paused) {
      fake.asked.push(paused ? 'pause' : 'resume');
      fake.running.pause(paused);
    },

    async setRate(rate) {
      fake.asked.push(`rate ${rate}`);
    },

    async setFault(index, on) {
      fake.asked.push(`fault ${index} ${on ? 'on' : 'off'}`);
      fake.running.setFault(index, on);
    },

    async stopRun() {
      fake.running.stop();
    },
  } satisfies Partial<Host>;
}
