/** The machine the fake host is on: what it is good for, and the sample shop on it. */
import type { About, ShopCard } from '../bindings';

export const ABOUT: About = {
  version: '0.1.0',
  webEngine: '2.48.1',
  program: '/usr/bin/reprise-desktop',
  findings: [
    {
      subject: 'capture',
      health: 'bad',
      found: '0 of 2 interfaces that are up can be captured',
      fix: "sudo setcap cap_net_raw=eip '/usr/bin/reprise-tap'",
    },
    { subject: 'file', health: 'good', found: '41 MB, format 6', fix: null },
    {
      subject: 'files',
      health: 'limited',
      found: '1024 open files at most',
      fix: 'raise the limit of open files to 65536',
    },
  ],
};

export const SHOP: ShopCard = {
  http: 'http://127.0.0.1:40080',
  mysql: 'mysql://shop:shop@127.0.0.1:40306/shop',
  secretName: 'login.password',
  secretValue: 'correct horse battery staple',
};
