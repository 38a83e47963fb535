import { Failure } from '@tenkai/domain/failure.ts';
import type { Trouble } from '@tenkai/protocol/agent/fallback.ts';
import { RemoteProblem } from '@tenkai/protocol/problem.ts';
import { isUnresolved } from '../assignment/reason-of.ts';

type What = Pick<Trouble, 'kind' | 'code' | 'detail'> & { readonly server?: string };

const maxDetail = 300;
const codeShape = /^[a-z][a-z0-9-]{0,63}$/;

/**
 * What an error says about getting into a site, fit to be told to anybody: codes and what the system has named, never
 * what a stranger sent, and nothing that was given as a secret.
 */
export function troubleOf(error: unknown): What {
  if (error instanceof RemoteProblem) return ofRemote(error);
  if (!(error instanceof Failure)) return { kind: 'connection', code: 'agent-failed', detail: '' };
  const { code, params } = error;
  if (code === 'assignment-none') {
    const { cause } = error;
    const isOfServer = cause instanceof Failure && /^(site-|name-unresolved$)/.test(cause.code);
    if (isOfServer) return { ...troubleOf(cause), server: plain(String(cause.params.url ?? '')) };
    return { kind: 'assignment', code, detail: plain(String(params.why ?? '')) };
  }
  if (code === 'site-certificate-time')
    return { kind: 'certificate', code, detail: error.detail.split(':')[0] ?? '' };
  if (code === 'site-root-mismatch') return { kind: 'certificate', code, detail: '' };
  // `ECONNREFUSED: connect …`: the first word is the system's, the rest may quote the other side.
  const [detail = ''] = /^[A-Z][A-Z0-9_]{2,63}/.exec(error.detail) ?? [];
  if (code === 'name-unresolved' || (code === 'site-unreachable' && isUnresolved(detail)))
    return { kind: 'connection', code: 'name-unresolved', detail };
  if (code === 'site-unreachable')
    return { kind: isAboutCertificates(error.detail) ? 'certificate' : 'connection', code, detail };
  return { kind: code === 'site-answer-invalid' ? 'connection' : 'enrollment', code, detail };
}

function ofRemote({ status, problem }: RemoteProblem): What {
  const code = codeShape.test(problem.code) ? problem.code : 'site-refused';
  return { kind: status >= 500 ? 'connection' : 'enrollment', code, detail: `HTTP ${status}` };
}

/** The codes of OpenSSL and Node.js for a certificate that does not lead to the pinned root. */
export const isAboutCertificates = (detail: string) =>
  /CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|ERR_TLS|ERR_SSL/.test(detail.slice(0, 80));

const plain = (text: string) => text.replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '\ufffd').slice(0, maxDetail);
