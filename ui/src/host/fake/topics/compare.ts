/** Two sides compared, a plan's runs over time, and what is written of them. */
import type { Host } from '../../host';
import { compareCharts } from '../pictures';
import { comparison } from '../traffic';
import { trend, trendChart } from '../trend';
import type { FakeWorld } from '../world';

export function compareTopic(fake: FakeWorld) {
  return {
    async compare(a, b, least) {
      const from = least === null ? '' : ` from ${least}`;
      fake.asked.push(`compare ${a.join(' ')} with ${b.join(' ')}${from}`);
      return comparison(a.join(', '), b.join(', '));
    },

    async compareCharts(_a, _b, _least, theme, width) {
      return compareCharts(theme, width);
    },

    async trend(run) {
      return trend(run);
    },

    async trendChart(run, theme, width) {
      return trendChart(run, theme, width);
    },

    async saveTrendReport(run) {
      return `/home/ada/${run} over time.html`;
    },

    async saveReport(a) {
      return `/home/ada/${a[0]}.html`;
    },
  } satisfies Partial<Host>;
}
