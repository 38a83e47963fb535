import { Navigate, useRouter } from '@tanstack/react-router';
import { useState } from 'react';
import { useSession } from '../features/session/session.queries.ts';
import { ProblemView } from '../ui/ProblemView.tsx';
import { Shell } from './Shell.tsx';

/** Lets signed-in users in; sends others to sign in, and back to where they wanted to go. */
export function SessionGate() {
  const session = useSession();
  if (session.data) return <Shell />;
  if (session.data === null) return <GoToSignIn />;
  if (session.error) {
    return (
      <div className="tk-page">
        <ProblemView error={session.error} onRetry={() => void session.refetch()} />
      </div>
    );
  }
  return null;
}

/** Takes along where the user was; not where they are sent, for that would be a way without end. */
function GoToSignIn() {
  const router = useRouter();
  const [href] = useState(() => router.state.location.href);
  return <Navigate to="/sign-in" search={href === '/' ? {} : { next: href }} />;
}
