import { Skeleton } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { ProblemView } from './ProblemView.tsx';

interface Props<T> {
  readonly query: UseQueryResult<T>;
  readonly children: (data: T) => ReactNode;
}

const skeletonLines = [92, 70, 84, 58];

/** What a query brought, or that it is under way, or why it did not. Old data stay while new ones come. */
export function Loaded<T>({ query, children }: Props<T>) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.error) return <ProblemView error={query.error} onRetry={() => void query.refetch()} />;
  return (
    <div className="tk-stack" aria-busy="true">
      {skeletonLines.map((percent) => (
        <Skeleton key={percent} height={14} width={`${percent}%`} />
      ))}
    </div>
  );
}
