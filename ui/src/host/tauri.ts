/** The desktop's host. The only file that knows Tauri. */
import type { Host } from './host';
export function tauriHost(): Host {
  throw new Error('not yet');
}
