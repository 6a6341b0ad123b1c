/** The machine and the window itself: its versions and rights, the sample shop, dialogs, zoom, closing. */
import type { Host } from '../../host';
import { ABOUT, SHOP } from '../machine';
import type { FakeWorld } from '../world';

export function desktopTopic(fake: FakeWorld) {
  return {
    async about() {
      return ABOUT;
    },

    async captureRights() {
      return structuredClone(fake.rights);
    },

    async shop() {
      return fake.shopIsOpen ? SHOP : null;
    },

    async openShop() {
      fake.shopIsOpen = true;
      return SHOP;
    },

    async closeShop() {
      fake.shopIsOpen = false;
    },

    async chooseFile() {
      return '/home/ada/staging.pem';
    },

    async hideWindow() {
      fake.asked.push('hide');
    },

    async showWindow() {
      fake.asked.push('show');
    },

    async setZoom(factor) {
      fake.asked.push(`zoom ${factor}`);
    },

    async notify(title) {
      fake.asked.push(`notify ${title}`);
    },

    async closeWindow() {
      fake.recorder.stop();
      fake.running.stop();
      fake.asked.push('close');
    },

    onDrop(_hover, drop) {
      fake.drop = drop;
      return () => undefined;
    },

    onFileAsked(ask) {
      fake.askForFile = ask;
      return () => undefined;
    },

    startAnew() {
      fake.asked.push('anew');
    },

    onCloseAsked(ask) {
      fake.recorder.askToClose = ask;
      return () => undefined;
    },
  } satisfies Partial<Host>;
}
