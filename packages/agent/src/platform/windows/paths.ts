import { normalize } from 'node:path/win32';
import type { Paths } from '../platform.ts';
import { systemEnvironment } from './environment.ts';

/** No folder can stand for a whole Windows: the registry is beside it. */
export function createPaths(): Paths {
  return { root: null, real: (path) => normalize(path), environment: () => systemEnvironment() };
}
