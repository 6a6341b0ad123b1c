/** What a suite starts and must stop again: each by its own pid, whatever happens. */
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';

/** @type {import('node:child_process').ChildProcess[]} */
const started = [];

/** Starts a program; its output is kept for when something goes wrong. */
export function start(program, args, { endsWithInput = false, ...options } = {}) {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], ...options });
  child.endsWithInput = endsWithInput;
  child.said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => (child.said += text));
  }
  child.on('error', (error) => (child.said += `${program}: ${error.message}\n`));
  started.push(child);
  return child;
}

/** Waits for a line that matches, and answers the match. */
export async function line(child, pattern, timeoutMs = 90_000) {
  const deadline = Date.now() + timeoutMs;
  while (Date.now() < deadline) {
    const found = pattern.exec(child.said);
    if (found) return found;
    if (child.exitCode !== null) break;
    await new Promise((resume) => setTimeout(resume, 50));
  }
  throw new Error(`never said ${pattern}: ${child.said || '(nothing)'}`);
}

/** Waits until something listens on a port of this machine. */
export async function listening(port, timeoutMs = 90_000) {
  const deadline = Date.now() + timeoutMs;
  while (Date.now() < deadline) {
    try {
      await fetch(`http://127.0.0.1:${port}/status`);
      return;
    } catch {
      await new Promise((resume) => setTimeout(resume, 50));
    }
  }
  throw new Error(`nothing listens on port ${port}`);
}

/** A port that was free a moment ago. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/**
 * Stops everything that was started, the last first, and waits until it is gone. A program that ends with its input,
 * as the shop does, has the time to remove its folder; the others are told by a signal.
 */
export async function stopAll() {
  for (const child of started.splice(0).reverse()) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const gone = new Promise((resume) => child.once('exit', resume));
    child.stdin.end();
    const ask = setTimeout(() => child.kill('SIGTERM'), child.endsWithInput ? 5_000 : 0);
    const insist = setTimeout(() => child.kill('SIGKILL'), 8_000);
    await gone;
    clearTimeout(ask);
    clearTimeout(insist);
  }
}
