#!/usr/bin/env node
import { enableCompileCache } from 'node:module';

// Half of the time of a short command is the compiling of modules; from the second time on it is saved.
enableCompileCache();
const { runCli } = await import('./program.ts');

const interrupted = new AbortController();
process.once('SIGINT', () => interrupted.abort());
process.once('SIGTERM', () => interrupted.abort());

// A reader that has seen enough (`| head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

const { stdin, stdout, stderr, env } = process;
process.exitCode = await runCli(process.argv.slice(2), {
  terminal: { stdin, stdout, stderr, env, cwd: process.cwd() },
  signal: interrupted.signal,
});
