import * as collections from './collections.ts';
import * as deployments from './deployments.ts';
import * as machines from './machines.ts';
import * as overview from './overview.ts';
import * as shell from './shell.ts';

/** Every English text of the console. */
export const texts = { ...shell, ...collections, ...machines, ...deployments, ...overview };
export type Texts = typeof texts;
