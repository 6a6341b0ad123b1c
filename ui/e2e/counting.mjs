/** A target that notes when each request comes, so that what a live control does can be seen from outside. */
import { createServer } from 'node:http';

/** Now, as every process of this machine counts it; milliseconds. */
export const now = () => performance.timeOrigin + performance.now();

/** Listens on a port of this machine. `arrivals` are moments of `now()`. */
export async function countingTarget() {
  const arrivals = [];
  const server = createServer((request, response) => {
    arrivals.push(now());
    request.resume().on('end', () => response.end('{}'));
  });
  server.keepAliveTimeout = 60_000;
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${server.address().port}`;
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url, arrivals, close };
}

/** How many came from one moment to another, in a second of that. */
export function rateBetween(arrivals, from, to) {
  const within = arrivals.filter((at) => at >= from && at < to).length;
  return (within / (to - from)) * 1_000;
}

/** How long after a moment the last one came. */
export function lastAfter(arrivals, moment) {
  const last = arrivals.at(-1) ?? moment;
  return Math.max(0, last - moment);
}

/** How long after a moment the first one came; null when none has. */
export function firstAfter(arrivals, moment) {
  const first = arrivals.find((at) => at > moment);
  return first === undefined ? null : first - moment;
}
