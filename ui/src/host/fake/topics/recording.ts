/** One recording: its numbers, its exchanges in any order, each taken apart. */
import type { Host } from '../../host';
import { FILTER_VALUES, listed, ofConnection, pieceOf, taken } from '../exchanges';
import { failure } from '../failure';
import { protocolRate } from '../pictures';
import { LOSS, OPERATIONS } from '../traffic';
import type { FakeWorld } from '../world';

export function recordingTopic(fake: FakeWorld) {
  const cardOf = (name: string) => {
    const card = fake.file.recordings.find((recording) => recording.name === name);
    if (!card) throw failure('usage', `there is no recording named ${name}`);
    return card;
  };
  const exchangesOf = (name: string) => cardOf(name).http + cardOf(name).mysql;

  return {
    async recording(name) {
      const card = cardOf(name);
      return {
        card,
        messages: [
          { name: 'HTTP requests', count: card.http },
          { name: 'HTTP answers', count: card.http },
          { name: 'MySQL commands', count: card.mysql },
          { name: 'MySQL replies', count: card.mysql },
        ],
        loss: card.lost ? LOSS : [],
        redacted: [
          { name: 'cookie', count: 71_204 },
          { name: 'password', count: 824 },
        ],
        operations: OPERATIONS,
        exchanges: exchangesOf(name),
      };
    },

    async recordingRate(_name, theme, width) {
      return protocolRate(theme, width);
    },

    async exchanges(name, form, from, limit, find) {
      const all = exchangesOf(name);
      fake.asked.push(`exchanges ${form.filter} by ${form.sort} from ${from}`);
      return listed(all, form, from, limit, find);
    },

    async exchange(_recording, id) {
      return taken(id);
    },

    async exchangeBytes(_recording, id, _side, _decoded, from, limit) {
      return pieceOf(id, from, limit);
    },

    async connectionExchanges(name, connection, from, limit, find) {
      return ofConnection(exchangesOf(name), connection, from, limit, find);
    },

    async filterValues() {
      return FILTER_VALUES;
    },
  } satisfies Partial<Host>;
}
