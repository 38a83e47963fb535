import { defineFailures } from '@tenkai/domain/failure.ts';

/** Refusals at the door. */
export const accessFailures = defineFailures({
  'agent-token-invalid': {
    kind: 'unauthenticated',
    message: 'The agent token is missing, altered or expired.',
    remedy:
      'The agent asks for a new challenge by itself; where this repeats, check the clocks of both sides.',
  },
  'csrf-missing': {
    kind: 'forbidden',
    message: 'The request does not carry the anti-forgery token of the session.',
    remedy: 'Reload the console. A program should use an API token instead of a browser session.',
  },
  'too-many-attempts': {
    kind: 'too-many',
    message: 'Too many failed attempts; wait {seconds} seconds.',
    remedy: 'Wait, then try again with the right password. An administrator can set a new one.',
  },
  'agents-only': {
    kind: 'unauthenticated',
    message: 'This address is for agents.',
    remedy: 'Use the API below /api/v1 with a user session or an API token.',
  },
});
