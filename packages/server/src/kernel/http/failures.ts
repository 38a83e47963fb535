import { defineFailures } from '@tenkai/domain/failure.ts';

/** Refusals by the rim itself, before any feature is asked. */
export const httpFailures = defineFailures({
  'no-such-address': {
    kind: 'not-found',
    message: 'There is nothing at {method} {path}.',
    remedy: 'Check the address against the API description at /api/v1/openapi.json.',
  },
  'method-not-allowed': {
    kind: 'invalid',
    message: '{method} is not possible at {path}; possible: {allowed}.',
    remedy: 'Use one of the methods named.',
  },
  'unsupported-media-type': {
    kind: 'invalid',
    message: 'The body of this request must be {expected}.',
    remedy: 'Set the content-type header, and send such a body.',
  },
  'malformed-request': {
    kind: 'invalid',
    message: 'The request cannot be read.',
    remedy: 'Send valid HTTP with a valid JSON body.',
  },
  'body-too-large': {
    kind: 'too-large',
    message: 'The body of the request is larger than allowed here.',
    remedy: 'Send less at once; files go through the upload addresses.',
  },
  stopping: {
    kind: 'unavailable',
    message: 'The server is stopping.',
    remedy: 'Try again in a minute.',
  },
});
