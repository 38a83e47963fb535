import { Navigate, useRouterState } from '@tanstack/react-router';
import { useSession } from '../features/session/session.queries.ts';
import { ProblemView } from '../ui/ProblemView.tsx';
import { Shell } from './Shell.tsx';

/** Lets signed-in users in; sends others to sign in, and back to where they wanted to go. */
export function SessionGate() {
  const session = useSession();
  const href = useRouterState({ select: (state) => state.location.href });
  if (session.data) return <Shell />;
  if (session.data === null) return <Navigate to="/sign-in" search={href === '/' ? {} : { next: href }} />;
  if (session.error) {
    return (
      <div className="tk-page">
        <ProblemView error={session.error} onRetry={() => void session.refetch()} />
      </div>
    );
  }
  return null;
}
