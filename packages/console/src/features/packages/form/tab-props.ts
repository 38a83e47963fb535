import type { PackageDraft } from '@tenkai/domain/software/software-package.ts';

/** What every tab and field of the form gets: the whole draft, and how to change a part of it. */
export interface TabProps {
  readonly draft: PackageDraft;
  readonly onChange: (part: Partial<PackageDraft>) => void;
}
