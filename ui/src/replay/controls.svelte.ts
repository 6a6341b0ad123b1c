/** What is found at the addresses that proxies are controlled at. */
import type { ControlledProxy, Failure } from '../host/bindings';
import { asFailure, host } from '../host/host';
import { complain, say } from '../parts/notices.svelte';
import { controls as text } from '../text/replay';

class Controls {
  /** The proxies found, of all addresses. */
  proxies = $state.raw<ControlledProxy[]>([]);
  /** Why nothing was found, by address. */
  problems = $state.raw<Record<string, Failure>>({});
  looking = $state(false);
  private asked = 0;
  private last: [string[], string] = [[], ''];

  /** What the proxy of this name speaks; undefined when it was not found. */
  protocolOf(name: string): string | undefined {
    return this.proxies.find((proxy) => proxy.name === name)?.protocol;
  }

  /** Asks all of them; an older question's answer is dropped. */
  async look(addresses: string[], token: string): Promise<void> {
    const mine = ++this.asked;
    this.last = [addresses, token];
    this.looking = addresses.length > 0;
    const found: ControlledProxy[] = [];
    const problems: Record<string, Failure> = {};
    await Promise.all(
      addresses.map(async (given) => {
        const at = given.trim();
        try {
          found.push(...(await host().controlledProxies(at, token)));
        } catch (thrown) {
          problems[at] = asFailure(thrown);
        }
      }),
    );
    if (mine !== this.asked) return;
    this.proxies = found.sort((a, b) => a.name.localeCompare(b.name));
    this.problems = problems;
    this.looking = false;
  }

  /** Allows a host and looks again. */
  async allow(name: string): Promise<void> {
    try {
      await host().allowHost(name);
      say(text.aReplayMayReach(name));
      await this.look(...this.last);
    } catch (thrown) {
      complain(thrown);
    }
  }
}

export const controls = new Controls();
