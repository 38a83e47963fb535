declare module '../../kernel/events.ts' {
  interface EventMap {
    'collections.changed': { collectionId: string };
    'collections.removed': { collectionId: string };
    /** Some hundred machines at most in each event. */
    'collections.members-changed': { collectionId: string; added: string[]; removed: string[] };
    'collections.windows-changed': { collectionId: string };
  }
}
