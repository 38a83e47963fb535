import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type Server } from 'node:https';

/** PEM. */
export interface Tls {
  readonly key: string;
  readonly cert: string;
  /** 48 bytes that several processes on one port have in common, so that each resumes sessions of the others. */
  readonly ticketKeys?: Buffer;
}

/** Typed as HTTPS throughout; without TLS it listens where only our own processes can connect. */
export type Listener = Server;
export type RequestListener = (request: IncomingMessage, response: ServerResponse) => void;

/** Time to send a whole request; an upload of a file arrives in parts, each a request. */
const requestTimeoutMs = 10 * 60_000;
const keepAliveMs = 72_000;

/** Node's own server with the limits of this site. TLS resumes sessions by tickets: most of a handshake is saved. */
export function createListener(tls: Tls | undefined, listener: RequestListener): Listener {
  const server = tls ? createTlsServer(tlsOptions(tls), listener) : (createServer(listener) as Listener);
  if (!tls) server.on('checkContinue', (request, response) => invite(request, response, listener));
  server.requestTimeout = requestTimeoutMs;
  server.keepAliveTimeout = keepAliveMs;
  server.timeout = 0;
  return server;
}

/** Takes a renewed certificate for connections to come. */
export function renewCertificate(server: Listener, tls: Tls) {
  server.setSecureContext(tlsOptions(tls));
}

function tlsOptions(tls: Tls) {
  return { ...tls, minVersion: 'TLSv1.2' } as const;
}

/**
 * A gateway holds a large body back until somebody wants to read it: were it refused half-way instead, the refusal
 * would be lost with the connection on which the rest of the body is still on its way.
 */
function invite(request: IncomingMessage, response: ServerResponse, listener: RequestListener) {
  const read = request._read;
  request._read = (size) => {
    request._read = read;
    if (!response.headersSent) response.writeContinue();
    request._read(size);
  };
  listener(request, response);
}
