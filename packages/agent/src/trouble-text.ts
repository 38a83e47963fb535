import { Failure } from '@tenkai/domain/failure.ts';

/** For the status of the agent: what is wrong with this machine itself is told with its way out. */
export function troubleText(cause: unknown): string {
  if (cause instanceof Failure && cause.code === 'site-certificate-time')
    return `${cause.message} ${cause.remedy}`;
  return cause instanceof Error ? cause.message : String(cause);
}
