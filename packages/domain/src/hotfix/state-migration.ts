import { parseRule } from '../collection/parse.ts';

/**
 * Machines on which the import of the client's certificate fails: an affected client, and an importer that is strict since
 * security update 974571 or with Windows 7 SP1 (IDENT-10, IDENT-13). For a collection; the third condition is the sequence's.
 */
export const strictClientQuery = [
  '(software["Configuration Manager Client"].version matches "4.0*.6221.*"',
  'or software["Configuration Manager Client"].version matches "4.0*.6487.*")',
  'and (os.version matches "6.1.7601*" or software has "KB974571")',
].join(' ');

export const strictClientRule = () => parseRule(strictClientQuery);

/** Whether a sequence moves user state: the certificate is exported by the one step and imported by the other. */
export function movesUserState(stepKinds: readonly string[]): boolean {
  return ['capture-user-state', 'restore-user-state'].every((kind) => stepKinds.includes(kind));
}
