/** A failure as the real host tells it. */
import type { Failure } from '../bindings';

export function failure(kind: Failure['kind'], message: string): Failure {
  return { kind, message, allow: null, recordedServer: false };
}
