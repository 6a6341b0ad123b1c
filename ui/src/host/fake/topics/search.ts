/** Several runs at once: searches for the edge, and plans played several times. */
import type { Host } from '../../host';
import { searchCharts } from '../series';
import type { FakeWorld } from '../world';
import { planned } from './replay';

export function searchTopic(fake: FakeWorld) {
  return {
    async startSearch(form, search) {
      fake.asked.push(`search ${JSON.stringify({ run: form.run, checks: form.checks, search })}`);
      await planned(fake, form);
      fake.series.search(form.run);
      return form.run;
    },

    async search(name) {
      return fake.series.page(name);
    },

    async searchCharts(name, theme, width) {
      return searchCharts(fake.series.page(name)?.steps ?? [], theme, width);
    },

    async saveSearchReport(name) {
      return `/home/ada/${name}.html`;
    },

    async deleteSearch(name) {
      const runs = fake.series.remove(name);
      fake.file.searches = fake.series.cards();
      return runs;
    },

    async startSeries(form, repeat) {
      fake.asked.push(`series ${JSON.stringify({ run: form.run, repeat })}`);
      await planned(fake, form);
      fake.series.repeat(form.run, repeat);
      return form.run;
    },

    async seriesOn() {
      return fake.series.on ? fake.series.news : null;
    },

    async watchSeries(_name, news) {
      const last = await fake.series.watch(news);
      fake.file.searches = fake.series.cards();
      return last;
    },

    async stopSeries() {
      fake.asked.push('stop series');
      fake.series.stop();
    },
  } satisfies Partial<Host>;
}
