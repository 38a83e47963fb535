import type { Kernel } from '../../kernel/kernel.ts';
import type { Machines } from '../machines/index.ts';
import type { Evaluator } from './evaluator.ts';
import type { RuleBook } from './rule-book.ts';

export interface Deps extends Kernel {
  readonly machines: Machines;
  readonly ruleBook: RuleBook;
  readonly evaluator: Evaluator;
  readonly removalGuards: readonly RemovalGuard[];
}

/** Says by what a collection is still used, in words for people; null: by nothing of mine. */
export type RemovalGuard = (read: Kernel['db']['read'], collectionId: string) => Promise<string | null>;
