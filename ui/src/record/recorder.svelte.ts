/** The recording that is on, whatever page is shown: how it goes and how it ended. */
import type { Failure, RecordForm, RecordNews } from '../host/bindings';
import { asFailure, host } from '../host/host';
import { shelf } from '../library/shelf.svelte';
import { complain } from '../parts/notices.svelte';

class Recorder {
  phase = $state<'idle' | 'starting' | 'on' | 'over'>('idle');
  /** How it stands, or stood last. */
  news = $state.raw<RecordNews | null>(null);
  /** Why it could not start, or what ended it. */
  failure = $state.raw<Failure | null>(null);
  /** What it is called: it can be renamed once it is over. */
  name = $state('');
  /** The recordings before it, of one that rotates. */
  get parts(): string[] {
    return this.news?.ended ?? [];
  }

  /** Whether there is something to stop. */
  get on(): boolean {
    return this.phase === 'on';
  }

  /** Starts, and follows it to its end. */
  async start(form: RecordForm): Promise<void> {
    this.phase = 'starting';
    this.failure = null;
    this.news = null;
    try {
      await host().startRecording(form);
    } catch (thrown) {
      this.phase = 'idle';
      this.failure = asFailure(thrown);
      return;
    }
    this.name = form.name;
    void this.follow();
  }

  /** Takes up a recording that was on before this page was loaded. */
  async resume(): Promise<void> {
    const news = await host().recordingOn();
    if (!news || this.phase !== 'idle') return;
    this.news = news;
    this.name = news.name;
    await this.follow();
  }

  private async follow(): Promise<void> {
    this.phase = 'on';
    try {
      await host().watchRecording((news) => this.take(news));
    } catch (thrown) {
      this.failure = asFailure(thrown);
    }
    await shelf.refresh();
    const kept = shelf.library?.recordings.some((recording) => recording.name === this.name);
    // Nothing came of it: back to the form, which says why.
    this.phase = this.failure && !kept ? 'idle' : 'over';
  }

  private take(news: RecordNews): void {
    // One that rotates goes on under another name.
    if (news.ended.length !== this.parts.length) void shelf.refresh();
    this.news = news;
    this.name = news.name;
  }

  async stop(): Promise<void> {
    try {
      await host().stopRecording();
    } catch (thrown) {
      complain(thrown);
    }
  }

  /** Gives the recording another name; says whether that worked. */
  async rename(to: string): Promise<boolean> {
    try {
      await host().rename('recording', this.name, to);
    } catch (thrown) {
      complain(thrown);
      return false;
    }
    this.name = to.trim();
    await shelf.refresh();
    return true;
  }

  /** Back to the form, for another one. */
  again(): void {
    this.phase = 'idle';
    this.failure = null;
    this.news = null;
  }
}

export const recorder = new Recorder();
