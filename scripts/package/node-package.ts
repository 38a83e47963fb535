/** Where Node's program for an architecture comes from: the npm package that package-lock.json names. */
import { npmPackage } from './npm-package.ts';
import type { Architecture } from './tree.ts';

/** An architecture in the words of Node and npm. */
export const inNode: Readonly<Record<Architecture, 'x64' | 'arm64'>> = { amd64: 'x64', arm64: 'arm64' };

export const isArchitecture = (text: string): text is Architecture => Object.hasOwn(inNode, text);
export const ownArchitecture: Architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';

/**
 * Folder of the npm package with `bin/node`.
 * @throws Error as npmPackage
 */
export const nodePackageFor = (architecture: Architecture): Promise<string> =>
  npmPackage(`node-linux-${inNode[architecture]}`);
