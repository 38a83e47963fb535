import { join, normalize } from 'node:path';
import type { Paths, PlatformOptions } from '../platform.ts';
import { programPath } from '../shell.ts';

export function createPaths({ root }: Pick<PlatformOptions, 'root'>): Paths {
  return {
    root,
    // normalize keeps an absolute path absolute, so `..` cannot climb out of the root.
    real: (path) => (root === null ? normalize(path) : join(root, normalize(`/${path}`))),
    environment: () => ({
      PATH: programPath,
      HOME: '/root',
      LANG: 'C.UTF-8',
      // Package scripts must not ask questions that nobody can answer.
      DEBIAN_FRONTEND: 'noninteractive',
      ...(root === null ? {} : { TENKAI_ROOT: root }),
    }),
  };
}
