/** Redaction rules, and the hosts that replays may reach. */
import type { Host } from '../../host';
import type { FakeWorld } from '../world';

export function settingsTopic(fake: FakeWorld) {
  return {
    async redactionRules() {
      fake.asked.push('rules');
      return fake.rules.rules;
    },

    async readRedactionRules(text) {
      return fake.rules.read(text);
    },

    async saveRedactionRules(text) {
      Object.assign(fake.rules, { text, saved: true });
      return fake.rules.rules;
    },

    async previewRedaction(recording, text) {
      return fake.rules.preview(recording, text);
    },

    async allowedHosts() {
      return [...fake.hosts];
    },

    async allowHost(host) {
      fake.hosts.push({ host });
    },

    async forgetHost(host) {
      fake.hosts = fake.hosts.filter((entry) => entry.host !== host);
    },
  } satisfies Partial<Host>;
}
