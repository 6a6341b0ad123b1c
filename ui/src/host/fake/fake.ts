/** A host without a machine behind it: believable answers for a browser and for the tests, topic by topic. */
import type { Host } from '../host';
import { compareTopic } from './topics/compare';
import { desktopTopic } from './topics/desktop';
import { libraryTopic } from './topics/library';
import { plansTopic } from './topics/plans';
import { proxyTopic } from './topics/proxy';
import { recordTopic } from './topics/record';
import { recordingTopic } from './topics/recording';
import { replayTopic } from './topics/replay';
import { runTopic } from './topics/run';
import { searchTopic } from './topics/search';
import { settingsTopic } from './topics/settings';
import { FakeWorld } from './world';

/** A host on an empty file or on one with a few recordings and runs. `speed` hastens its clock. */
export function fakeHost(state: 'full' | 'empty', speed = 1): FakeHost {
  return new FakeHost(state === 'empty', speed);
}

export class FakeHost extends FakeWorld {
  constructor(empty: boolean, speed: number) {
    super(empty, speed);
    Object.assign(this, answers(this));
  }
}

// It answers what its topics answer.
export interface FakeHost extends Host {}

/** What every topic answers; one that is missing does not compile. */
function answers(fake: FakeWorld): Host {
  return {
    ...libraryTopic(fake),
    ...recordingTopic(fake),
    ...recordTopic(fake),
    ...replayTopic(fake),
    ...plansTopic(fake),
    ...runTopic(fake),
    ...searchTopic(fake),
    ...compareTopic(fake),
    ...proxyTopic(fake),
    ...settingsTopic(fake),
    ...desktopTopic(fake),
  };
}
