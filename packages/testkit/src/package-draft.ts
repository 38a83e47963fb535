import type { PackageDraft } from '@tenkai/domain';
import { aPackage } from './builders.ts';

/** What a form would send: a valid draft without what the server adds. */
export function aDraft(over: Partial<PackageDraft> = {}): PackageDraft {
  const { revision: _1, contentId: _2, contentBytes: _3, ...draft } = aPackage();
  return { ...draft, ...over };
}
