import { pushRefusals } from '@tenkai/domain/push/push-failures.ts';
import { pushFailures as reasons } from '@tenkai/domain/push/push-reason.ts';

type Sentences<K extends string> = Record<K, { message: string; remedy: string }>;

/** The site's own sentences are the English ones. */
function sentencesOf<K extends string>(table: Sentences<K>): Sentences<K> {
  const entries = Object.entries<Sentences<K>[K]>(table);
  return Object.fromEntries(
    entries.map(([code, { message, remedy }]) => [code, { message, remedy }]),
  ) as Sentences<K>;
}

/** Refusals of pushes, and why a machine did not get its agent. */
export const pushFailures = { ...sentencesOf(pushRefusals), ...sentencesOf(reasons) };
