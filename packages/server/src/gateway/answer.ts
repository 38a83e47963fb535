import type { ServerResponse } from 'node:http';
import type { Failure } from '@tenkai/domain/failure.ts';
import { toProblem } from '@tenkai/protocol/problem.ts';
import { securityHeaders } from '../kernel/http/headers.ts';
import { httpStatusOf } from '../kernel/http/refuse.ts';

export function answerJson(response: ServerResponse, status: number, body: string) {
  response.writeHead(status, {
    ...securityHeaders,
    'cache-control': 'no-store',
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}

export function answerFailure(response: ServerResponse, failure: Failure) {
  answerJson(response, httpStatusOf(failure), JSON.stringify(toProblem(failure)));
}
