import { canonicalJson, type Reason } from '@tenkai/domain';

/** Which of a list is asked for by its reasons: those with this code, and where parameters are given, with these. */
export function reasonFilter(asked: {
  readonly reason?: string;
  readonly reasonParams?: Reason['params'];
}): (reasons: readonly Reason[]) => boolean {
  const { reason, reasonParams } = asked;
  if (reason === undefined) return () => true;
  const wanted = reasonParams && canonicalJson(reasonParams);
  return (reasons) =>
    reasons.some(
      ({ code, params }) => code === reason && (wanted === undefined || canonicalJson(params) === wanted),
    );
}
