/** Recording from this machine. */
import type { Host } from '../../host';
import { library } from '../traffic';
import type { FakeWorld } from '../world';

export function recordTopic(fake: FakeWorld) {
  return {
    async devices() {
      return fake.recorder.devices();
    },

    async deviceRates() {
      return fake.recorder.rates();
    },

    async checkCaptureFilter(filter) {
      fake.recorder.checkFilter(filter);
    },

    async startRecording(form) {
      fake.asked.push(`record ${JSON.stringify(form)}`);
      fake.recorder.start(form);
    },

    async recordingOn() {
      return fake.recorder.on;
    },

    async watchRecording(news) {
      const form = await fake.recorder.watch(news);
      const template = library(false).recordings[0]!;
      const failed = fake.recorder.failsWith;
      if (failed?.kind === 'usage') throw failed;
      const state = failed ? 'interrupted' : 'complete';
      const startedAt = new Date().toISOString();
      const source = form.interfaces.join(', ');
      const { name, raw } = form;
      fake.file.recordings.unshift({ ...template, name, source, state, raw, startedAt });
      if (failed) throw failed;
    },

    async recordingChart(theme, width) {
      return fake.recorder.chart(theme, width);
    },

    async stopRecording() {
      fake.recorder.stop();
    },
  } satisfies Partial<Host>;
}
