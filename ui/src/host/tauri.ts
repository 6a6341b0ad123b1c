/** The desktop's host: the commands of `src-tauri`, typed by `bindings.ts`, and files dropped on the window. */
import { Channel } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';
import {
  commands,
  type ImportNews,
  type PlanningNews,
  type RecordNews,
  type RunNews,
  type SeriesNews,
} from './bindings';
import type { Host } from './host';

/** The host of the built program. */
export function tauriHost(): Host {
  return {
    ...commands,
    importFiles: (paths, name, news) =>
      commands.importFiles(paths, name, channel<ImportNews>(news)),
    dryRun: (form, news) => commands.dryRun(form, channel<PlanningNews>(news)),
    startReplay: (form, news) => commands.startReplay(form, channel<PlanningNews>(news)),
    startAgain: (again, news) => commands.startAgain(again, channel<PlanningNews>(news)),
    startSearch: (form, search, news) =>
      commands.startSearch(form, search, channel<PlanningNews>(news)),
    startSeries: (form, repeat, news) =>
      commands.startSeries(form, repeat, channel<PlanningNews>(news)),
    watchSeries: (name, news) => commands.watchSeries(name, channel<SeriesNews>(news)),
    watchRun: (name, news) => commands.watchRun(name, channel<RunNews>(news)),
    watchRecording: (news) => commands.watchRecording(channel<RecordNews>(news)),
    onDrop,
    onCloseAsked: (ask) => forget([listen('close-asked', () => ask())]),
    onFileAsked: (ask) => forget([listen<string>('file-asked', ({ payload }) => ask(payload))]),
    startAnew: () => location.reload(),
  };
}

function channel<News>(hear: (news: News) => void): Channel<News> {
  const channel = new Channel<News>();
  channel.onmessage = hear;
  return channel;
}

/** Tauri sends the paths of files dragged over the window; the page itself never sees the files. */
function onDrop(hover: (over: boolean) => void, drop: (paths: string[]) => void): () => void {
  const heard = [
    listen('tauri://drag-enter', () => hover(true)),
    listen('tauri://drag-leave', () => hover(false)),
    listen<{ paths: string[] }>('tauri://drag-drop', (event) => drop(event.payload.paths)),
  ];
  return forget(heard);
}

/** How to stop listening, also before it has begun. */
function forget(heard: Promise<() => void>[]): () => void {
  return () => {
    for (const listening of heard) void listening.then((stop) => stop());
  };
}
