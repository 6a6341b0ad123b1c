/** The least change that counts in comparisons, until the window is closed: of this page, and of two targets played in turn. */
import { least as text } from '../text/compare';

/** What counts unless somebody says otherwise, in percent; more between short single runs. */
export const USUAL = 5;

class Least {
  /** As it was typed; null when nothing was. */
  percent = $state<number | null>(null);

  /** As a share; null for the usual one, also while what is typed is none. */
  get share(): number | null {
    return this.percent === null || this.problem !== '' ? null : this.percent / 100;
  }

  get problem(): string {
    const { percent } = this;
    return percent === null || (percent > 0 && percent < 100) ? '' : text.between0And100;
  }
}

export const least = new Least();
