/** Standing proxies and their faults. */
import type { Host } from '../../host';
import type { FakeWorld } from '../world';

export function proxyTopic(fake: FakeWorld) {
  return {
    async proxies() {
      return fake.standing.cards();
    },

    async openProxy(form) {
      fake.asked.push(`proxy ${form.protocol} ${form.listen} to ${form.to}`);
      fake.standing.add(form);
    },

    async closeProxy(name) {
      fake.standing.remove(name);
    },

    async controlProxy(name) {
      return fake.standing.control(name);
    },

    async controlledProxies(at, token) {
      fake.asked.push(`controlled at ${at} ${token}`);
      return fake.standing.controlledAt(at);
    },

    async addProxyFault(name, text) {
      fake.standing.addFault(name, text);
    },

    async changeProxyFault(name, id, text) {
      fake.standing.changeFault(name, id, text);
    },

    async switchProxyFault(name, id, on) {
      fake.standing.switchFault(name, id, on);
    },

    async removeProxyFault(name, id) {
      fake.standing.removeFault(name, id);
    },

    async proxyFaultsText(name) {
      return fake.standing.text(name);
    },

    async writeProxyFaults(name, text) {
      fake.standing.write(name, text);
    },
  } satisfies Partial<Host>;
}
