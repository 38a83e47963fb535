import { join } from 'node:path';
import { agentUnit, serverUnit } from '../../scripts/package/units.ts';

export interface ShippedStart {
  /** Options of Node itself. */
  readonly nodeOptions: readonly string[];
  /** Everything but our own settings; caches lie in the folder given. */
  readonly env: Readonly<Record<string, string>>;
}

const units = { server: serverUnit, agent: agentUnit };

/** How the shipped unit starts a program, so that what is measured is what runs. */
export function shippedStart(program: 'server' | 'agent', cacheDir: string): ShippedStart {
  const unit = units[program];
  const options = /^ExecStart=\S+\/node (.*?) ?\/usr\/lib\//m.exec(unit)?.[1];
  if (options === undefined) throw new Error(`the unit of the ${program} starts no node`);
  const entries = [...unit.matchAll(/^Environment=(.*)$/gm)]
    .flatMap(([, text = '']) => text.split(' '))
    .map((entry) => entry.split('=', 2) as [string, string])
    .filter(([name]) => !name.startsWith('TENKAI_'))
    .map(([name, value]) => [name, name === 'NODE_COMPILE_CACHE' ? join(cacheDir, program) : value]);
  return {
    nodeOptions: options.split(' ').filter((option) => option !== ''),
    // Not the compile cache of whoever runs the benchmark.
    env: { NODE_COMPILE_CACHE: '', ...Object.fromEntries(entries) },
  };
}
