import { defineFailures } from '@tenkai/domain/failure.ts';

export const gatewayFailures = defineFailures({
  'core-unreachable': {
    kind: 'unavailable',
    message: 'The gateway cannot reach the core of the site server.',
    remedy:
      'Wait a few seconds and try again; an agent does so by itself. Where this stays, read the log of the server.',
  },
  overloaded: {
    kind: 'unavailable',
    message: 'The site has more to do than it can take at the moment.',
    remedy: 'Agents come again by themselves. Where this repeats, give the server more processors.',
  },
});
