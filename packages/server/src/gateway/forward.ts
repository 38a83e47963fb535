import {
  Agent,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
  request as sendRequest,
} from 'node:http';
import { pipeline } from 'node:stream';
import { Failure } from '@tenkai/domain/failure.ts';
import { answerFailure } from './answer.ts';
import './failures.ts';

/** Meant for one connection only (RFC 9110, 7.6.1), or answered by the gateway itself. */
const ownHeaders = ['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'upgrade', 'expect'];
const maxSockets = 512;

/** Passes a request on as it is, streams both ways, and says whom it speaks for. */
export function createForwarder(upstream: string) {
  const agent = new Agent({ keepAlive: true, maxSockets });
  return (request: IncomingMessage, response: ServerResponse) => {
    const sent = sendRequest({
      socketPath: upstream,
      agent,
      method: request.method,
      path: request.url,
      headers: forwardedHeaders(request),
    });
    sent.on('response', (answer) => {
      response.writeHead(
        answer.statusCode ?? 502,
        without(answer.headers, ['transfer-encoding', ...ownHeaders]),
      );
      // Streams of events begin before their first byte.
      response.flushHeaders();
      pipeline(answer, response, () => {});
    });
    sent.on('error', () => {
      if (response.headersSent) response.destroy();
      else answerFailure(response, new Failure('site-process-away'));
    });
    response.on('close', () => sent.destroy());
    pipeline(request, sent, () => {});
  };
}

/** What the sender says about forwarding is not believed: only the gateway knows from where it came. */
function forwardedHeaders(request: IncomingMessage): IncomingHttpHeaders {
  const kept = without(request.headers, ['forwarded', 'x-forwarded-host', ...ownHeaders]);
  return { ...kept, 'x-forwarded-for': request.socket.remoteAddress ?? '', 'x-forwarded-proto': 'https' };
}

function without(headers: IncomingHttpHeaders, names: readonly string[]): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name)));
}
