import * as deployments from './deployments.ts';
import * as machines from './machines.ts';
import * as shell from './shell.ts';

/** Every English text of the console. */
export const texts = { ...shell, ...machines, ...deployments };
export type Texts = typeof texts;
