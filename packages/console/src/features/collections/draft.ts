import type { CollectionRule } from '@tenkai/domain/collection/collection.ts';
import type { CollectionDraft, CollectionRow } from '@tenkai/protocol/api/collections.ts';
import { queryProblem } from './query-builder.ts';

export const emptyDraft: CollectionDraft = {
  name: '',
  description: '',
  limitingCollectionId: null,
  rules: [],
};

export function draftOf({ name, description, limitingCollectionId, rules }: CollectionRow): CollectionDraft {
  return { name, description: description ?? '', limitingCollectionId, rules };
}

/** Whether the site could take the draft: every rule is complete and every query can be read. */
export function isComplete(draft: CollectionDraft): boolean {
  return draft.name.trim() !== '' && draft.rules.every(isRuleComplete);
}

export function isRuleComplete(rule: CollectionRule): boolean {
  if (rule.kind === 'direct') return rule.machineIds.length > 0;
  if (rule.kind === 'query') return rule.name.trim() !== '' && queryProblem(rule.query) === undefined;
  return rule.collectionId !== '';
}

/** A new rule of a kind, as the editor first shows it. */
export function emptyRule(kind: CollectionRule['kind'], name: string): CollectionRule {
  if (kind === 'direct') return { kind, machineIds: [] };
  if (kind === 'query') return { kind, name, query: '' };
  return { kind, collectionId: '' };
}
