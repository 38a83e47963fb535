import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/** A process that carries out one command at a time. */
export interface Worker<Command> {
  readonly pid: number;
  ask<Result>(command: Command): Promise<Result>;
  /** A word in the middle of a command; it has no answer. */
  tell(command: Command): void;
  stop(): Promise<void>;
}

/** Starts `file` as a process that answers each message with `{ result }` or `{ error }`. */
export function startWorker<Command>(file: string): Worker<Command> {
  const child = fork(file, [], { execArgv: ['--disable-warning=ExperimentalWarning'], stdio: 'inherit' });
  const endWithUs = () => void child.kill('SIGKILL');
  process.once('exit', endWithUs);
  return {
    pid: child.pid ?? 0,
    ask: (command) => ask(child, command as object),
    tell: (command) => void child.send(command as object),
    async stop() {
      process.off('exit', endWithUs);
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.disconnect();
      await once(child, 'exit');
    },
  };
}

function ask<Result>(child: ChildProcess, command: object): Promise<Result> {
  return new Promise((resolve, reject) => {
    const settle = (answer: { result?: Result; error?: string }) => {
      done();
      if (answer.error !== undefined) reject(new Error(answer.error));
      else resolve(answer.result as Result);
    };
    const gone = (code: number | null) => {
      done();
      reject(new Error(`a process of the benchmark ended with ${code}`));
    };
    const done = () => {
      child.off('message', settle);
      child.off('exit', gone);
    };
    child.on('message', settle);
    child.on('exit', gone);
    child.send(command);
  });
}
