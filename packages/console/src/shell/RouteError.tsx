import { useRouter } from '@tanstack/react-router';
import { ProblemView } from '../ui/ProblemView.tsx';

/** A page that failed to draw: the rest of the console stays usable. */
export function RouteError({ error }: { readonly error: unknown }) {
  const router = useRouter();
  return (
    <div className="tk-page">
      <ProblemView error={error} onRetry={() => void router.invalidate()} />
    </div>
  );
}
