import { StatusTable } from './StatusTable.tsx';
import { useStatusList } from './status.queries.ts';

/** What happened to one object, newest first, each with its number. */
export function ObjectTimeline({ object }: { readonly object: string }) {
  return <StatusTable list={useStatusList({ object })} storageKey="timeline" />;
}
