import { join, resolve } from 'node:path';
import { makeFolder } from './durable-file.ts';
import { agentDataFolder } from './platform/windows/environment.ts';

/** Where everything of one agent lies. Service and engine share nothing but this. */
export interface DataFolder {
  readonly root: string;
  readonly settings: string;
  readonly identity: string;
  readonly outbox: string;
  readonly orders: string;
  readonly runs: string;
  readonly content: string;
  readonly log: string;
  readonly locks: string;
  /** What the latest search for a site has found, and why. */
  readonly assignment: string;
  /** What the site tells all of its agents. */
  readonly siteFacts: string;
  /** What keeps the machine out of its site, and whether its fallback status point knows. */
  readonly fallback: string;
  /** What the service last said of itself, for the status command. */
  readonly status: string;
  /** Empty files by which the status command asks the service for something. */
  readonly requests: string;
}

/** Of the system's agent: `/var/lib/tenkai-agent`, or `C:\\ProgramData\\Tenkai\\Agent`. */
const defaultFolder = (env: Readonly<Record<string, string | undefined>>) =>
  process.platform === 'win32' ? agentDataFolder(env) : '/var/lib/tenkai-agent';

/** The data folder of this process: `TENKAI_AGENT_DATA`, or the system's. */
export function dataFolderOf(env: Readonly<Record<string, string | undefined>>): DataFolder {
  return dataFolder(env.TENKAI_AGENT_DATA || defaultFolder(env));
}

export function dataFolder(path: string): DataFolder {
  const root = resolve(path);
  const inside = (name: string) => join(root, name);
  return {
    root,
    settings: inside('agent.json'),
    identity: inside('identity'),
    outbox: inside('outbox'),
    orders: inside('orders'),
    runs: inside('runs'),
    content: inside('content'),
    log: inside('log'),
    locks: inside('locks'),
    assignment: inside('assignment.json'),
    siteFacts: inside('site-facts.json'),
    fallback: inside('fallback.json'),
    status: inside('status.json'),
    requests: inside('requests'),
  };
}

/** Programs that run with a user's rights must reach their work folder, and nothing else: hence 0711. */
export function makeDataFolder(data: DataFolder): void {
  makeFolder(data.root);
  makeFolder(data.runs);
  for (const folder of [
    data.identity,
    data.outbox,
    data.orders,
    data.content,
    data.log,
    data.locks,
    data.requests,
  ]) {
    makeFolder(folder, 0o700);
  }
}
