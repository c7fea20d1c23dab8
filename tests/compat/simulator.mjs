// What both clients' tests need: `lethe simulate` on a free port, with what it prints as its credentials.
import { spawn } from 'node:child_process';
import { once } from 'node:events';

const executable = process.env.LETHE;
if (!executable) throw new Error('LETHE must name the executable; ./dev compat sets it');

/** What a machine that is busy may need; only a test that fails waits so long. */
const patience = 20_000;

/** Starts it with further options; resolves to { url, clientId, clientSecret, logged(), stop() } once it listens. */
export async function startSimulator(...options) {
  const child = spawn(executable, ['simulate', '--listen', '127.0.0.1:0', ...options]);
  let output = '';
  let errors = '';
  child.stdout.on('data', (text) => (output += text));
  child.stderr.on('data', (text) => (errors += text));
  const ended = once(child, 'exit');
  process.on('exit', () => child.kill()); // where a test didn't come to stop()
  while (!output.includes('Ctrl-C')) {
    if (child.exitCode !== null) throw new Error(`lethe simulate ended: ${errors}`);
    await Promise.race([once(child.stdout, 'data'), ended]);
  }
  const printed = (pattern) => output.match(pattern)[1];
  return {
    url: printed(/listens on (\S+)/),
    clientId: printed(/client id +(\S+)/),
    clientSecret: printed(/client secret +(\S+)/),
    /** Resolves when its log of requests matches; a line can come a little later than the reply that it is about. */
    async logged(pattern) {
      const end = Date.now() + patience;
      while (!pattern.test(output)) {
        if (Date.now() > end) throw new Error(`${pattern} isn't in the log: ${output}`);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
    async stop() {
      child.kill('SIGTERM');
      const [status] = await ended;
      if (status !== 0) throw new Error(`lethe simulate ended with ${status}: ${errors}`);
    },
  };
}

export const account = 10650003;

/** A range of dates that holds everything a test submits. */
export function aroundNow() {
  const day = 24 * 3600 * 1000;
  const date = (time) => new Date(time).toISOString().slice(0, 10);
  return `startdateutc=${date(Date.now() - day)}&enddateutc=${date(Date.now() + 2 * day)}`;
}
