/** What the Replay page asks for beside one run: a search for the edge, or the plan several times. */
import type { RepeatForm, ReplayForm, SearchForm, SideForm } from '../host/bindings';
import { host } from '../host/host';
import type { Waiting } from '../run/queue.svelte';
import { several as text } from '../text/series';

export type Kind = 'one' | 'repeated' | 'sides' | 'search';

class Several {
  kind = $state<Kind>('one');
  search = $state<SearchForm>({
    from: '1x',
    to: '64x',
    within: '5%',
    by: 'copies',
    step: '15s',
    settle: '3s',
    rest: '2s',
  });
  /** Runs of each side. */
  times = $state(5);
  b = $state<SideForm>({ http: [{ recorded: '', url: '' }], mysql: '', before: '' });

  /** Whether B goes somewhere of its own. */
  get hasB(): boolean {
    return this.b.mysql.trim() !== '' || this.b.http.some((row) => row.url.trim() !== '');
  }

  /** Why what is asked for cannot be started yet. */
  missing(checks: number): string {
    if (this.kind === 'search' && checks === 0) return text.noCheck;
    if (this.kind === 'sides' && !this.hasB) return text.noTargetOfB;
    if (this.kind !== 'one' && this.kind !== 'search' && !(this.times >= 1 && this.times <= 100))
      return text.between1And100Runs;
    return '';
  }

  /** What the name of the runs ends with unless the user gave one. */
  get suffix(): string {
    return { one: '', repeated: '-times', sides: '-ab', search: '-knee' }[this.kind];
  }

  /** What of the rate is the search's: as its first step has it. */
  rate(): Partial<ReplayForm> {
    if (this.kind !== 'search') return {};
    const { by, from, step } = this.search;
    const factor = Number.parseFloat(from) || 1;
    return {
      rateBy: by,
      factor,
      copies: null,
      duration: step,
      stages: '',
      warmUp: '',
      repeat: false,
    };
  }

  /** What of all is played that is planned at first. */
  get planned(): string {
    return {
      one: text.thisWouldSend,
      repeated: text.eachRunWouldSend,
      sides: text.eachRunWouldSend,
      search: text.theFirstStepWouldSend,
    }[this.kind];
  }

  /** A replay as B would have it. */
  ofB(form: ReplayForm): ReplayForm {
    const { http, mysql } = $state.snapshot(this.b);
    return {
      ...form,
      http: http.some((row) => row.url.trim() !== '') ? http : form.http,
      mysql: mysql.trim() === '' ? form.mysql : mysql,
    };
  }

  /** What waits for its turn, or starts at once. */
  waiting(form: ReplayForm): Waiting {
    const name = form.run;
    if (this.kind === 'one') {
      return { name, start: (news) => host().startReplay(form, news) };
    }
    if (this.kind === 'search') {
      const search = $state.snapshot(this.search);
      return { name, several: true, start: (news) => host().startSearch(form, search, news) };
    }
    const b = this.kind === 'sides' ? $state.snapshot(this.b) : null;
    const repeat: RepeatForm = { times: this.times, b };
    return { name, several: true, start: (news) => host().startSeries(form, repeat, news) };
  }
}

export const several = new Several();
