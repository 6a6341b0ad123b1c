/** What is in the file: cards, imports, the bin, names and notes, what is found by words. */
import type { Host } from '../../host';
import { failure } from '../failure';
import { library } from '../traffic';
import type { FakeWorld } from '../world';

export function libraryTopic(fake: FakeWorld) {
  return {
    async library() {
      const file = structuredClone(fake.file);
      const steps = fake.file.searches.length > 0 ? fake.series.runs() : [];
      const others = file.runs.filter(({ name }) => !steps.some((step) => step.name === name));
      return { ...file, runs: [...others, ...steps] };
    },

    async chooseFiles() {
      return ['/var/tmp/shop-monday.pcapng'];
    },

    async importFiles(paths, name, news) {
      fake.asked.push(`import ${paths.join(' ')} as ${name}`);
      if (paths.some((path) => path.endsWith('.txt'))) {
        throw failure('usage', `${paths[0]} is neither pcap nor pcapng`);
      }
      fake.importing = true;
      for (let part = 0; part <= 20 && fake.importing; part += 1) {
        news({
          packets: part * 9_400,
          exchanges: part * 4_300,
          readBytes: part * 2e6,
          totalBytes: 4e7,
        });
        await fake.pause(120);
      }
      const template = library(false).recordings[0]!;
      const state = fake.importing ? 'complete' : 'interrupted';
      fake.importing = false;
      const startedAt = new Date().toISOString();
      fake.file.recordings.unshift({ ...template, name, source: paths[0] ?? '', state, startedAt });
      return name;
    },

    async stopImport() {
      fake.importing = false;
    },

    async putInBin(kind, name) {
      fake.kept.putInBin(kind, name);
    },

    async bin() {
      return fake.kept.binned();
    },

    async restore(kind, name) {
      if (kind === 'run' && fake.series.restore(name)) {
        fake.file.searches = fake.series.cards();
        return;
      }
      fake.kept.restore(kind, name);
    },

    async removeBinned(kind, name) {
      fake.asked.push(`remove ${kind} ${name}`);
      fake.kept.remove(kind, name);
    },

    async emptyBin() {
      fake.asked.push('empty the bin');
      fake.kept.empty();
    },

    async rename(kind, from, to) {
      fake.kept.rename(kind, from, to);
    },

    async remark(kind, name, note, tags) {
      fake.kept.remark(kind, name, note, tags);
    },

    async find(text) {
      return fake.kept.find(text);
    },

    async chooseLibrary(make) {
      return make ? '/home/ada/new.reprise' : '/home/ada/monday.reprise';
    },

    async openLibrary(path, make) {
      if (path.includes('newer'))
        throw failure('usage', `failed to open ${path}: it was written by a later version`);
      fake.asked.push(`${make ? 'make' : 'open'} ${path}`);
    },
  } satisfies Partial<Host>;
}
