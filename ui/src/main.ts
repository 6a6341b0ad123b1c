/** Starts the window on the host it finds: the desktop's, or a fake one in a browser. */
import '@fontsource-variable/inter/wght.css';
import '@fontsource/jetbrains-mono/latin-400.css';
import './theme.css';
import './base.css';
import { mount } from 'svelte';
import App from './App.svelte';
import { useHost } from './host/host';
import { resumePlace } from './place_kept';

async function start(): Promise<void> {
  const target = document.getElementById('app');
  if (!target) return;
  if (import.meta.env.PROD || '__TAURI_INTERNALS__' in window) {
    const { tauriHost } = await import('./host/tauri');
    useHost(tauriHost());
  } else {
    const { fakeHost } = await import('./host/fake/fake');
    useHost(fakeHost(new URLSearchParams(location.search).has('empty') ? 'empty' : 'full'));
  }
  mount(App, { target });
  await resumePlace();
}

void start();
